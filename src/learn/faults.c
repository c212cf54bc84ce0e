#include "learn/faults.h"

#include <stdio.h>

void sheaf_faults_add(sheaf_faults *faults, const sheaf_csv *csv)
{
    if (faults->count < SHEAF_FAULTS_TOLD) {
        faults->line[faults->count] = csv->line;
        faults->place[faults->count] = csv->place;
    }
    faults->count++;
}

sheaf_status sheaf_faults_fail(const sheaf_faults *f, sheaf_err *err)
{
    char more[160] = "";
    size_t used = 0;
    for (uint32_t i = 1; i < f->count && i < SHEAF_FAULTS_TOLD; i++) {
        used += (size_t)snprintf(more + used, sizeof more - used, "%s%u", i > 1 ? ", " : " (",
                                 f->line[i]);
        if (f->place[i])
            used += (size_t)snprintf(more + used, sizeof more - used, " value %u", f->place[i]);
    }
    if (f->count <= 1)
        return sheaf_fail(err, f->first.status, "%s", f->first.message);
    return sheaf_fail(err, SHEAF_INVALID, "%.220s; %u more line%s cannot be read%s%s)",
                      f->first.message, f->count - 1, f->count > 2 ? "s" : "", more,
                      f->count > SHEAF_FAULTS_TOLD ? ", ..." : "");
}
