/* cli/receipt_show.c - `sheaf receipt show`. */
#include "cli/matter.h"

#include "base/encode.h"

#include <inttypes.h>
#include <stdio.h>

static void print_standing(const struct sheaf_row_receipt *row)
{
    if (row->reversed != SHEAF_NONE)
        printf("was reversed with entry %" PRIu32, row->reversed);
    else
        fputs(row->voices ? "stands, and is said to be wrong" : "stands", stdout);
}

static void print_hash(const sheaf_hash *hash)
{
    if (sheaf_hash_is_zero(hash))
        return;
    char hex[65];
    sheaf_hex_32(hash->bytes, hex);
    printf("  evidence    SHA-256 %s\n", hex);
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_receipt *row = matter->row;
    printf("Receipt %" PRIu32 " of ", row->id);
    sheaf_matter_print_cents(matter, row->amount_cents);
    putchar(' ');
    print_standing(row);
    puts(".");
    sheaf_matter_print_text(matter, row->model == SHEAF_NONE ? "for" : "customer", &row->memo);
    sheaf_matter_print_who(matter, "recorded by", row->by);
    print_hash(&row->evidence);
    if (row->model != SHEAF_NONE)
        printf("  paid        %" PRIu32 " uses of model %" PRIu32 "\n", row->uses, row->model);
    if (row->licence != SHEAF_NONE)
        printf("  licence     %" PRIu32 ": `sheaf licence show %" PRIu32 "`\n", row->licence,
               row->licence);
    sheaf_matter_print_text(matter, "wrong", &row->reason);
    if (row->reversed == SHEAF_NONE)
        puts("  then        another treasurer than who recorded it reverses a wrong record by\n"
             "              `sheaf revenue reverse`; where there are none, two people do");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_receipt *row = matter->row;
    sheaf_matter_put_text(matter, w, "what_for", &row->memo);
    sheaf_matter_put_text(matter, w, "wrong", &row->reason);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_receipt_show, SHEAF_TABLE_receipt, print, put}, a);
}

const sheaf_command sheaf_command_receipt_show = SHEAF_MATTER_COMMAND(
    "receipt", "money that was received: who recorded it, and whether it stands", run);
