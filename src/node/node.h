/* node/node.h - the member's daemon: follows the log, keeps the data, trains under mandates.
 *
 * It never takes an order from the hub. What it does follows from its own replay: an open round
 * with a seat for its key is checked, computed and masked; a closed one is added up again and
 * attested; anything else is refused, with the reason on standard error and, without a word
 * about the data, to the hub. Log lines name entries, counts and reasons, never values.
 *
 * sheaf_node_run() is the program; sheaf_node_turn() is one pass without waiting, for the
 * simulation, which brings its own ports.
 */
#ifndef SHEAF_NODE_NODE_H
#define SHEAF_NODE_NODE_H

#include "claims/blob_source.h"
#include "node/round_driver.h"

enum { SHEAF_NODE_DATA_MAX = 32, SHEAF_NODE_MEMORY = 64 };

/* `name` is the data set's entry index, its title, or the name of its columns' layout. */
typedef struct {
    const char *name, *file;
} sheaf_node_data;

typedef struct {
    const char *hub_url; /* NULL: the home's */
    const char *home;
    const char *ca_file;   /* NULL: the system's */
    const char *relay_url; /* a witness to send acts through; NULL: to the hub */
    const sheaf_node_data *data;
    size_t data_count;
    unsigned poll_ms;             /* between two looks at the hub; 0 = 250 */
    const sheaf_trainer *trainer; /* of the member's own; NULL: ours */
    const atomic_bool *stop;      /* ends it early; may be NULL */
    /* Takes each log line; NULL writes to standard error. */
    void (*log)(void *context, const char *line);
    void *log_context;
} sheaf_node_config;

/* The last rounds of some sort: a ring. */
typedef struct {
    uint32_t round[SHEAF_NODE_MEMORY];
    size_t count;
} sheaf_round_memory;

/* Whether a data set's file can be used for a model: node/fitness.h. */
typedef struct {
    uint32_t dataset, model;
    bool noised, patient, fit;
    int64_t again_ms; /* when to look next */
} sheaf_fitness;

typedef struct {
    sheaf_node_config config;
    sheaf_member member;
    sheaf_worker worker;
    sheaf_blob_source evidence; /* the results that were recomputed here */
    bool has_key;               /* the train key is on the log */
    bool has_round;             /* the driver is open */
    bool told_revision;
    bool told_data;    /* of files whose data sets are not on the log */
    bool swept;        /* nothing is kept of rounds that are over */
    unsigned silent;   /* turns in a row in which nothing could be taken from the hub */
    unsigned again_ms; /* the hub, which has many nodes to serve, asks for a pause */
    sheaf_round_driver driver;
    sheaf_round_memory done;    /* refused, or driven to the end */
    sheaf_round_memory settled; /* attested, or found wrong */
    uint64_t attested_size;     /* of the log with this node's last attestation */
    /* Entries that opened rounds against the rules, still to be refused. */
    uint32_t lawless[SHEAF_NODE_MEMORY];
    sheaf_refusal lawless_why[SHEAF_NODE_MEMORY];
    size_t lawless_count;
    sheaf_fitness fitness[SHEAF_NODE_MEMORY];
    size_t fitness_count;
    int64_t progress_ms;               /* when the trainer's progress was told last */
    char last_line[SHEAF_MESSAGE_MAX]; /* so that a lasting trouble is told once */
} sheaf_node;

/* `config` and what it points to outlive the node. */
SHEAF_MUST_USE sheaf_status sheaf_node_open(sheaf_node *node, const sheaf_node_config *config,
                                            const sheaf_node_ports *ports, sheaf_err *err);
void sheaf_node_close(sheaf_node *node);

/* One pass. Fails only where the node must stop: the hub showed two histories. */
SHEAF_MUST_USE sheaf_status sheaf_node_turn(sheaf_node *node, sheaf_err *err);

/* Over HTTP until *stop. */
SHEAF_MUST_USE sheaf_status sheaf_node_run(const sheaf_node_config *config,
                                           const atomic_bool *stop, sheaf_err *err);

/* The file that was given for the data set, or NULL. */
const char *sheaf_node_file(const sheaf_node_config *config, const sheaf_texts *texts,
                            const struct sheaf_row_dataset *dataset);

/* Names the first file that was given for no data set of the member. */
SHEAF_MUST_USE sheaf_status sheaf_node_data_check(const sheaf_node_config *config,
                                                  const sheaf_texts *texts,
                                                  const sheaf_state *state, uint32_t member,
                                                  sheaf_err *err);

/* "NAME=FILE"; points into `text`, of which the '=' becomes a NUL. */
SHEAF_MUST_USE sheaf_status sheaf_node_data_parse(char *text, sheaf_node_data *out,
                                                  sheaf_err *err);

/* One line: time, level, event, and `format`, which gives key=value words. */
__attribute__((format(printf, 4, 5))) void
sheaf_node_log(sheaf_node *node, const char *level, const char *event, const char *format, ...);

#endif
