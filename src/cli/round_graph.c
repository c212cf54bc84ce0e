/* cli/round_graph.c - `sheaf round graph`: who shares secrets with how many in a cohort. */
#include "cli/cli.h"

#include "privacy/cohort.h"
#include "privacy/mechanism.h"
#include "round/graph.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECIMAL_SIZE = 40, MILLION = 1000000 };

/* In the order of the command's options. */
enum { MEMBERS, DROPOUT, CORRUPT, HUB, PRIVACY_BITS, CORRECTNESS_BITS };

static const sheaf_command *const command = &sheaf_command_round_graph;

/* A share of the members, kept in whole millionths so that counts are exact. */
static int take_share(const sheaf_arguments *a, int option, uint32_t *millionths)
{
    const char *name = command->options[option].name, *text = a->value[option];
    double share;
    if (!text)
        return sheaf_usage(command, "--%s is needed", name);
    if (!sheaf_decimal_parse(text, SHEAF_ROUND_UP, &share) || !(share >= 0 && share < 1))
        return sheaf_usage(
            command, "--%s is a share from 0 to below 1 such as 0.1, not “%.40s”", name, text);
    *millionths = (uint32_t)lround(share * MILLION);
    if (sheaf_ratio(*millionths, MILLION, SHEAF_ROUND_UP) != share)
        return sheaf_usage(command, "--%s has at most six decimals, unlike “%.40s”", name,
                           text);
    return 0;
}

static int take_count(const sheaf_arguments *a, int option, long long lo, long long hi,
                      uint32_t *out)
{
    const char *text = a->value[option];
    long long number;
    if (!text)
        return 0;
    if (!sheaf_number(text, lo, hi, &number))
        return sheaf_usage(command, "--%s is a whole number from %lld to %lld, not “%.40s”",
                           command->options[option].name, lo, hi, text);
    *out = (uint32_t)number;
    return 0;
}

static int take_cohort(const sheaf_arguments *a, sheaf_cohort *out)
{
    uint32_t privacy = 40, correctness = 20;
    const char *hub = a->value[HUB] ? a->value[HUB] : "semi-malicious";
    int code = 0;
    *out = (sheaf_cohort){0};
    if (!a->value[MEMBERS])
        return sheaf_usage(command, "--members is needed");
    if (strcmp(hub, "semi-honest") == 0)
        out->hub = SHEAF_HUB_SEMI_HONEST;
    else if (strcmp(hub, "semi-malicious") == 0)
        out->hub = SHEAF_HUB_SEMI_MALICIOUS;
    else if (strcmp(hub, "adaptive") == 0)
        out->hub = SHEAF_HUB_ADAPTIVE;
    else
        return sheaf_usage(
            command, "--hub is semi-honest, semi-malicious or adaptive, not “%.40s”", hub);
    code = take_count(a, MEMBERS, 2, SHEAF_GRAPH_NODES_MAX, &out->members);
    if (!code)
        code = take_share(a, DROPOUT, &out->dropped_millionths);
    if (!code)
        code = take_share(a, CORRUPT, &out->corrupt_millionths);
    if (!code)
        code = take_count(a, PRIVACY_BITS, 1, SHEAF_COHORT_BITS_MAX, &privacy);
    if (!code)
        code = take_count(a, CORRECTNESS_BITS, 1, SHEAF_COHORT_BITS_MAX, &correctness);
    out->privacy_bits = privacy;
    out->correctness_bits = correctness;
    return code;
}

static void print_json(const sheaf_cohort *cohort, const sheaf_cohort_graph *g)
{
    const struct {
        const char *name;
        double log2;
    } risks[] = {{"disconnected_log2", g->disconnected},
                 {"exposed_log2", g->exposed},
                 {"lost_log2", g->lost}};
    char text[DECIMAL_SIZE];
    printf("{\"members\":%" PRIu32 ",\"corrupt\":%" PRIu32 ",\"dropped\":%" PRIu32
           ",\"graph\":\"%s\",\"degree\":%" PRIu32 ",\"threshold\":%" PRIu32,
           cohort->members, g->corrupt, g->dropped,
           g->degree == cohort->members - 1 ? "complete" : "ring", g->degree, g->threshold);
    for (size_t i = 0; i < sizeof risks / sizeof *risks; i++) {
        if (isfinite(risks[i].log2))
            sheaf_decimal_write(risks[i].log2, text, sizeof text);
        printf(",\"%s\":%s", risks[i].name, isfinite(risks[i].log2) ? text : "null");
    }
    printf("}\n");
}

/* Rounded up to a tenth of a bit. */
static void print_risk(const char *what, double log2)
{
    if (isfinite(log2))
        printf("  %-52s 2^%.1f\n", what, ceil(log2 * 10) / 10);
    else
        printf("  %-52s never\n", what);
}

static void print_text(const sheaf_cohort *cohort, const sheaf_cohort_graph *g)
{
    printf("of %" PRIu32 " members at most %" PRIu32 " corrupt and %" PRIu32 " dropping out:\n",
           cohort->members, g->corrupt, g->dropped);
    if (g->degree == cohort->members - 1)
        printf("complete graph, %" PRIu32 " neighbours each, threshold %" PRIu32 "\n",
               g->degree, g->threshold);
    else
        printf("ring in random order, %" PRIu32 " neighbours each, threshold %" PRIu32 "\n",
               g->degree, g->threshold);
    printf("probability, at most:\n");
    print_risk("the hub gets the sum of a part (disconnected)", g->disconnected);
    print_risk("the hub gets somebody's vector (exposed)", g->exposed);
    print_risk("too few are left somewhere, the round aborts (lost)", g->lost);
}

static int run_graph(const sheaf_arguments *a)
{
    sheaf_cohort cohort;
    sheaf_cohort_graph graph;
    sheaf_err err;
    int code = take_cohort(a, &cohort);
    if (code)
        return code;
    if (sheaf_cohort_graph_find(&cohort, &graph, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        print_json(&cohort, &graph);
    else
        print_text(&cohort, &graph);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_round_graph = {
    .name = "round graph",
    .arguments = "",
    .summary = "how many neighbours and shares protect a cohort of a secure sum",
    .detail =
        "The smallest ring in random order on which the three accidents are rare enough; "
        "below\n"
        "64 members the complete graph, which rounds of a co-op take up to 100. Half of the\n"
        "privacy failure goes to each of the first two. Probabilities are upper bounds. See\n"
        "docs/privacy-guarantees.md.",
    .options = {{"members", "N", "how many take part"},
                {"dropout", "P", "share of them that may drop out, such as 0.1"},
                {"corrupt", "Q", "share of them that may work with the hub"},
                {"hub", "HOW", "semi-honest, adaptive or (as usual) semi-malicious"},
                {"privacy-bits", "BITS", "fail with 2^-BITS at most (40; 80 if it may retry)"},
                {"correctness-bits", "BITS", "abort with 2^-BITS at most (20)"}},
    .many = -1,
    .run = run_graph,
};
