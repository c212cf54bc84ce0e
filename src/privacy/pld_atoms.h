/* privacy/pld_atoms.h - the privacy loss of one step as point masses.
 *
 * For a unit removed P is the law with it and Q the law without; for a unit added the reverse.
 * A continuous law is cut into panels, each of whose masses of P and Q is split exactly between
 * the losses at its two ends.
 */
#ifndef SHEAF_PRIVACY_PLD_ATOMS_H
#define SHEAF_PRIVACY_PLD_ATOMS_H

#include "privacy/mechanism.h"

typedef enum { SHEAF_UNIT_REMOVED, SHEAF_UNIT_ADDED } sheaf_neighbour;

typedef struct {
    double *loss, *mass; /* of P; owned */
    size_t count, max;
    double infinite; /* at most this much of P is left out, and counts as infinite loss */
} sheaf_atoms;

/* `cut` is the most that may be left out. */
SHEAF_MUST_USE sheaf_status sheaf_atoms_make(const sheaf_mechanism *mechanism,
                                             sheaf_neighbour neighbour, double cut,
                                             sheaf_atoms *out, sheaf_err *err);
void sheaf_atoms_free(sheaf_atoms *atoms);

/* How much of a mass at `loss` goes to `above`, the rest to `below`, so that both measures are
 * kept. */
double sheaf_atoms_share(double loss, double below, double above);

#endif
