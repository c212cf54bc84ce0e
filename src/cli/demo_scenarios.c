/* The stories that `sheaf demo` can tell, in the order in which they are listed. */
#include "cli/demo_scenario.h"

#include <string.h>

static const demo_scenario *const scenarios[] = {
    &demo_heart,
    &demo_energy,
    &demo_maintenance,
    &demo_crops,
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

const demo_scenario *demo_scenario_at(size_t place)
{
    return place < SCENARIOS ? scenarios[place] : NULL;
}

const demo_scenario *demo_scenario_find(const char *name)
{
    for (size_t i = 0; i < SCENARIOS; i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    return NULL;
}
