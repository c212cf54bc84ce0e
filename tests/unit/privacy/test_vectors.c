/* Every row of tests/vectors/dp/accountant.csv, within the tolerances of its README. */
#include "test.h"

#include "privacy/exact.h"
#include "privacy/pld.h"
#include "privacy/rdp.h"

#include <math.h>
#include <stdio.h>

enum { COLUMNS = 9, ROWS = 36 };

typedef struct {
    sheaf_mechanism mechanism;
    uint32_t steps;
    double delta, rdp, pld, exact; /* NAN where there is none */
} row;

static double number_or_nan(const char *text)
{
    return *text ? strtod(text, NULL) : NAN;
}

static bool row_read(FILE *file, row *out)
{
    char line[400], *cell[COLUMNS], *rest = line;
    if (!fgets(line, sizeof line, file))
        return false;
    for (int i = 0; i < COLUMNS; i++)
        cell[i] = strsep(&rest, ",\n");
    for (char *c = cell[0]; *c; c++)
        *c = *c == '_' ? '-' : *c;
    *out = (row){.steps = (uint32_t)strtoul(cell[3], NULL, 10),
                 .delta = strtod(cell[4], NULL),
                 .rdp = number_or_nan(cell[5]),
                 .pld = number_or_nan(cell[7]),
                 .exact = number_or_nan(cell[8])};
    out->mechanism.noise_multiplier = strtod(cell[1], NULL);
    out->mechanism.sampling = strtod(cell[2], NULL);
    assert_true(sheaf_noise_parse(cell[0], &out->mechanism.noise));
    return true;
}

static void row_check(const row *r, double worst[3])
{
    const sheaf_mechanism *m = &r->mechanism;
    sheaf_err err;
    sheaf_rdp step, spent = {0};
    unsigned order = 0;
    double pld = 0;
    MUST(sheaf_mechanism_check(m, &err));
    sheaf_rdp_step(m, &step);
    sheaf_rdp_compose(&spent, &step, r->steps);
    double rdp = sheaf_rdp_epsilon(&spent, r->delta, &order);
    MUST(sheaf_pld_epsilon(m, r->steps, r->delta, &pld, &err));

    assert_true(order > 10);
    assert_true(pld <= rdp);
    assert_true(fabs(pld / r->pld - 1) <= 1e-3);
    worst[1] = fmax(worst[1], fabs(pld / r->pld - 1));
    if (!isnan(r->rdp)) {
        assert_true(rdp <= r->rdp * (1 + 1e-3));
        worst[0] = fmax(worst[0], fabs(rdp / r->rdp - 1));
    }
    if (!isnan(r->exact)) {
        double exact = sheaf_exact_gaussian(m->noise_multiplier, r->steps, r->delta);
        assert_true(fabs(exact / r->exact - 1) <= 1e-6);
        assert_true(rdp >= r->exact && pld >= r->exact);
        assert_true(rdp >= exact && pld >= exact);
        worst[2] = fmax(worst[2], fabs(exact / r->exact - 1));
    }
}

static void test_every_row(void **unused)
{
    char header[400];
    double worst[3] = {0};
    int rows = 0;
    row r;
    FILE *file = fopen(VECTOR_FILE, "r");
    assert_non_null(file);
    assert_non_null(fgets(header, sizeof header, file));
    for (; row_read(file, &r); rows++)
        row_check(&r, worst);
    fclose(file);
    assert_int_equal(rows, ROWS);
    print_message("largest relative differences: rdp %.1e, pld %.1e, exact %.1e\n", worst[0],
                  worst[1], worst[2]);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
