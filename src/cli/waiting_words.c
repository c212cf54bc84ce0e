/* What waits, told; see waiting.h. */
#include "cli/waiting.h"

#include "cli/claim_words.h"
#include "cli/scope_words.h"
#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

void sheaf_moment_words(int64_t at, int64_t now, char out[SHEAF_MOMENT_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *one, *many;
    } units[] = {{86400, "day", "days"},
                 {3600, "hour", "hours"},
                 {60, "minute", "minutes"},
                 {1, "second", "seconds"}};
    char when[32];
    struct tm utc;
    time_t seconds = (time_t)(at / 1000);
    int64_t left = (at - now) / 1000;
    if (!gmtime_r(&seconds, &utc) || !strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &utc))
        snprintf(when, sizeof when, "later");
    size_t unit = 0;
    while (unit < 3 && left < units[unit].seconds)
        unit++;
    int64_t count = left > 0 ? left / units[unit].seconds : 0;
    snprintf(out, SHEAF_MOMENT_SIZE, "%s, in %" PRId64 " %s", when, count,
             count == 1 ? units[unit].one : units[unit].many);
}

void sheaf_title_get(const sheaf_round_source *source, const sheaf_hash *title,
                     sheaf_buffer *out)
{
    sheaf_buffer_init(out, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_hash_is_zero(title) || !sheaf_source_text(source, title, out))
        sheaf_buffer_reset(out);
    uint8_t *end = out->len ? memchr(out->data, '\n', out->len) : NULL;
    if (end)
        out->len = (size_t)(end - out->data);
}

/* The key at hand signs, but not this. */
static bool lacks_scope(const sheaf_waits *waits, const sheaf_waiting *what)
{
    return waits->key != SHEAF_NONE && what->scope
           && sheaf_key_live(waits->state, waits->key, 0, waits->now)
           && !sheaf_key_live(waits->state, waits->key, what->scope, waits->now);
}

/* The key at hand signs nothing any more. */
static void print_dead_key(const sheaf_waits *waits)
{
    const struct sheaf_row_key *key = sheaf_key_find(waits->state, waits->key);
    if (!key || sheaf_key_live(waits->state, waits->key, 0, waits->now))
        return;
    printf("  key %" PRIu32 " of this home %s: all this needs another key of the member\n",
           waits->key, key->revoked != SHEAF_NONE ? "was revoked" : "has expired");
}

static void print_one(const sheaf_waits *waits, const sheaf_round_source *source,
                      const sheaf_waiting *what, const char *home)
{
    sheaf_buffer title;
    char when[SHEAF_MOMENT_SIZE];
    sheaf_title_get(source, &what->title, &title);
    printf("  %s %" PRIu32, what->noun, what->of);
    if (title.len) {
        fputs(" “", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&title));
        fputs("”", stdout);
    }
    printf(": %s", what->words);
    if (what->until) {
        sheaf_moment_words(what->until, waits->now, when);
        printf("; until %s", when);
    }
    puts("");
    if (strcmp(what->noun, "application") == 0)
        sheaf_claim_print(source, sheaf_member_get(waits->state, what->of), "      claims ",
                          "      ");
    if (lacks_scope(waits, what)) {
        char scope[SHEAF_SCOPE_WORDS_SIZE];
        sheaf_scope_words(what->scope, scope);
        printf("      this needs a key with the scope %s; key %" PRIu32
               " of this home does not have it\n",
               scope, waits->key);
    }
    if (*what->command)
        printf("      sheaf %s%s%s\n", what->command, home ? " --home " : "", home ? home : "");
    sheaf_buffer_deinit(&title);
}

/* What becomes of an application; false of who did not apply, or is a member. */
static bool print_applicant(const sheaf_waits *waits, const struct sheaf_row_member *member)
{
    bool declined = member->state == SHEAF_member_state_declined;
    int64_t lapse_ms = (int64_t)sheaf_bylaws_now(waits->state)->application_lapse_s * 1000;
    if (!declined && member->state != SHEAF_member_state_applied)
        return false;
    if (!declined && member->applied + lapse_ms >= waits->now) {
        puts("who waits to be admitted by members");
        return true;
    }
    puts(declined ? "whose application was declined"
                  : "whose application was not decided on in time");
    if (sheaf_appeal_check(waits->state, member, waits->now) == SHEAF_ACCEPTED)
        printf("  you can appeal to the members: one of them puts it to all, by\n"
               "      sheaf member accept --member %" PRIu32
               " | sheaf motion open --title TEXT --effect -\n",
               waits->member);
    else
        puts("  apply again, with a new key: sheaf join");
    return true;
}

/* The recovery by which the key at hand is to become the member's: not decided yet, or failed.
 * NULL where there is none. */
static const struct sheaf_row_recovery *recovery_of_key(const sheaf_waits *waits)
{
    const struct sheaf_row_recovery *row =
        waits->key == SHEAF_NONE ? NULL : sheaf_recovery_find(waits->state, waits->key);
    return row && row->state != SHEAF_recovery_state_done ? row : NULL;
}

void sheaf_waits_only_recovery(sheaf_waits *waits)
{
    if (recovery_of_key(waits))
        waits->count = 0;
}

/* ", until 2026-11-28 09:00 UTC, in 7 days", where that is set. */
static void print_until(const sheaf_waits *waits, uint32_t of, uint8_t kind)
{
    char when[SHEAF_MOMENT_SIZE];
    const struct sheaf_row_deadline *due =
        sheaf_deadline_find(waits->state, sheaf_pair(of, kind));
    if (!due || !due->place)
        return;
    sheaf_moment_words(due->at, waits->now, when);
    printf(", until %s", when);
}

/* Who has lost its keys reads what becomes of the new one; false where it has none. */
static bool print_recovery(const sheaf_waits *waits)
{
    const struct sheaf_row_recovery *row = recovery_of_key(waits);
    if (!row)
        return false;
    if (row->state == SHEAF_recovery_state_failed) {
        printf("whose recovery %" PRIu32 " with the key of this home has failed\n"
               "  this key signs nothing; another recovery takes another key: sheaf recover\n",
               row->id);
        return true;
    }
    puts("whose keys are to be recovered with the key of this home");
    if (row->state == SHEAF_recovery_state_open) {
        printf("  it has %u of %" PRIu32 " confirmations that the key is yours",
               row->confirmations, sheaf_recovery_needed(waits->state, row));
        print_until(waits, row->id, SHEAF_deadline_kind_recovery_lapses);
        printf(
            "; then it fails\n"
            "  ask members who know you to say so: sheaf recovery confirm --recovery %" PRIu32
            "\n",
            row->id);
    } else if (row->state == SHEAF_recovery_state_waiting) {
        fputs("  it is confirmed and waits", stdout);
        print_until(waits, row->id, SHEAF_deadline_kind_recovery_waits);
        puts("; then this key takes the place of all others\n"
             "  if the old key or another member objects before, a panel of members decides");
    } else {
        fputs("  it was objected to, and members who did not confirm it judge", stdout);
        print_until(waits, row->id, SHEAF_deadline_kind_recovery_panel);
        puts("; if they do not uphold it, it fails");
    }
    printf("  until then this key signs nothing; sheaf recovery show %" PRIu32 " tells more\n",
           row->id);
    return true;
}

void sheaf_waits_print(const sheaf_waits *waits, const sheaf_round_source *source,
                       const char *home)
{
    const struct sheaf_row_member *member = sheaf_member_find(waits->state, waits->member);
    printf("member %" PRIu32, waits->member);
    sheaf_source_print_name(source, waits->member);
    fputs(", ", stdout);
    if (member && print_applicant(waits, member))
        return;
    if (!member) {
        puts("whom the log does not know");
    } else if (!sheaf_member_active(waits->state, waits->member)) {
        puts("who is no member any more");
    } else if (print_recovery(waits)) {
        return;
    } else if (!waits->count) {
        puts("for whom nothing waits");
    } else {
        puts("for whom this waits:");
        print_dead_key(waits);
        for (size_t i = 0; i < waits->count; i++)
            print_one(waits, source, &waits->at[i], home);
    }
    if (waits->failed)
        puts("  and more, for which there is no memory");
}

void sheaf_waits_put(const sheaf_waits *waits, const sheaf_round_source *source,
                     sheaf_json_writer *w)
{
    sheaf_json_key(w, "waiting");
    sheaf_json_open_list(w);
    for (size_t i = 0; i < waits->count; i++) {
        const sheaf_waiting *what = &waits->at[i];
        sheaf_buffer title;
        sheaf_title_get(source, &what->title, &title);
        sheaf_json_open_object(w);
        sheaf_json_member_put_string(w, "command", sheaf_str(what->command));
        if (lacks_scope(waits, what)) {
            char scope[SHEAF_SCOPE_WORDS_SIZE];
            sheaf_scope_words(what->scope, scope);
            sheaf_json_member_put_string(w, "lacks", sheaf_str(scope));
        }
        sheaf_json_member_put_int(w, "of", what->of);
        if (title.len)
            sheaf_json_member_put_string(w, "title", sheaf_buffer_slice(&title));
        if (what->until)
            sheaf_json_member_put_int(w, "until", what->until);
        sheaf_json_member_put_string(w, "what", sheaf_str(what->noun));
        sheaf_json_member_put_string(w, "words", sheaf_str(what->words));
        sheaf_json_close(w);
        sheaf_buffer_deinit(&title);
    }
    sheaf_json_close(w);
}
