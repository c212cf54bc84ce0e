#include "generate.h"

void generate_organs(kit *k)
{
    kit_do(k, "ann", "motion.open", "interest", "{'title':^}");
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#interest}");
    kit_do(k, "bob", "conflict.declare", NULL, "{'matter':#interest,'reason':^}");
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'no','motion':#interest}");
    kit_do(k, "ann", "motion.withdraw", NULL, "{'motion':#interest}");
}
