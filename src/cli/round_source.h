/* cli/round_source.h - a round on somebody's log, with what can be had of its evidence: from a
 * folder with log/ and blobs/, such as a hub's or a backup, or from a hub, asked in a member's
 * name.
 *
 * The state is one's own replay; the evidence is checked against the hashes on the log.
 */
#ifndef SHEAF_CLI_ROUND_SOURCE_H
#define SHEAF_CLI_ROUND_SOURCE_H

#include "claims/folder.h"
#include "claims/vector_source.h"
#include "cli/act.h"
#include "coop/preview.h"
#include "learn/round_graph.h"
#include "store/blob.h"
#include "store/values.h"

typedef struct {
    const char *where; /* for messages */
    bool local;        /* a folder; else a hub is visited */
    sheaf_folder folder;
    sheaf_blobs blobs;   /* of the folder; read only */
    sheaf_values values; /* of the folder: texts and, in a hub's, names */
    sheaf_visit visit;
    sheaf_transport transport; /* to the hub, in the name of the home */
    const sheaf_state *state;
    const struct sheaf_row_round *round;
    const struct sheaf_row_mandate *mandate;
    sheaf_hash manifest; /* root of the log up to the entry that opened the round */
    uint16_t bits;       /* of a masked word */
    sheaf_round_graph graph;
    sheaf_hash *trainer; /* of each seat, as its member has declared it; zeros for none */
} sheaf_round_source;

/* Round `number` of the folder or hub `from`, or of the hub of `home`, or of that of the user's
 * home; all but the number may be NULL. A hub without a home is looked at as a visitor.
 * SHEAF_NONE is no round: then there are the state and blobs alone. */
SHEAF_MUST_USE sheaf_status sheaf_round_source_open(sheaf_round_source *source,
                                                    const char *from, const char *home,
                                                    const char *ca_file, uint32_t number,
                                                    sheaf_err *err);
void sheaf_round_source_close(sheaf_round_source *source);

/* The entries that the state comes from, until sheaf_round_source_log_close(). */
SHEAF_MUST_USE sheaf_status sheaf_round_source_log(const sheaf_round_source *source,
                                                   sheaf_log_store **out, sheaf_err *err);
void sheaf_round_source_log_close(const sheaf_round_source *source, sheaf_log_store *log);

/* Of a motion, an election or a vote that divides an amount which is open: until the state is
 * rolled back to the mark its rows count the votes by proxy as its closing would now
 * (coop/preview.h). */
sheaf_mark sheaf_round_source_preview(const sheaf_round_source *source, uint32_t matter);
/* What the motion's closing at `stamp` would make of it (coop/preview.h); SHEAF_NOMEM where
 * memory is spent. */
SHEAF_MUST_USE sheaf_status sheaf_round_source_closing(const sheaf_round_source *source,
                                                       uint32_t motion, int64_t stamp,
                                                       sheaf_motion_closing *out,
                                                       sheaf_err *err);
void sheaf_round_source_roll_back(const sheaf_round_source *source, sheaf_mark mark);

/* A blob that the round rests on, at most `max` bytes. SHEAF_IO where it is not at hand,
 * SHEAF_FAULT where it has other bytes than those of its hash. */
SHEAF_MUST_USE sheaf_status sheaf_round_source_blob(sheaf_round_source *source,
                                                    const sheaf_hash *hash, size_t max,
                                                    sheaf_buffer *out, sheaf_err *err);

/* The vectors that the round's transcript does not hold, as they are asked for. */
sheaf_vector_source sheaf_round_source_vectors(sheaf_round_source *source);

/* What everybody may know of the round, for people: its terms, its seats, its noise. */
void sheaf_round_source_print(const sheaf_round_source *source);

/* As members of an object that is open: "bits", with noise "epsilon_hub_millionths" and
 * "epsilon_members_millionths", "fault" and "figures" where there are any, "graph", "mandate",
 * "own_trainers", "round", "seats". `figures` may be NULL; cli/figures.h finds them. */
struct sheaf_figure_report;
void sheaf_round_source_put(const sheaf_round_source *source, const char *fault,
                            const struct sheaf_figure_report *figures, sheaf_json_writer *w);

#endif
