#include "generate.h"

/* Two members, of four, suspend a mandate and a motion confirms it; one resumes it, another
 * suspends it. */
void generate_override(kit *k)
{
    kit_motion(k, "o", KIT_MANDATE, 4);
    kit_do(k, "bob", "override.suspend", "override", "{'of':#o.tick,'reason':^}");
    kit_do(k, "cat", "override.suspend", NULL, "{'of':#o.tick}");
    kit_motion(k, "stop", "{'kind':'override.confirm','what':{'override':#override}}", 4);
    kit_motion(k, "go", "{'kind':'automation.resume','what':{'override':#override}}", 4);
    kit_motion(k, "halt", "{'kind':'automation.suspend','what':{'of':#o.tick}}", 4);
}
