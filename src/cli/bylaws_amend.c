/* cli/bylaws_amend.c - `sheaf bylaws amend`: opens the motion that replaces the bylaws. */
#include "cli/act.h"
#include "cli/bylaws_words.h"
#include "cli/document.h"
#include "coop/view.h"

#include <stdio.h>

/* {"kind":"bylaws.amend","what":{"base":N,"text":…}}, ended by NUL */
static sheaf_status put_effect(const sheaf_document *d, uint32_t base, sheaf_buffer *out,
                               sheaf_err *err)
{
    sheaf_buffer_printf(out,
                        "{\"kind\":\"bylaws.amend\",\"what\":{\"base\":%u,\"text\":", base);
    sheaf_buffer_add(out, sheaf_buffer_slice(&d->json));
    sheaf_buffer_add(out, sheaf_bytes("}}", 3));
    return sheaf_buffer_check(out, "the amendment", err);
}

/* What it changes goes to standard error: the result is the number of the entry. */
static sheaf_status tell_changes(const sheaf_document *now, const sheaf_document *next,
                                 sheaf_amendment *sort, sheaf_err *err)
{
    sheaf_language language;
    sheaf_buffer words;
    sheaf_buffer_init(&words, SHEAF_MESSAGES_BYTES_MAX);
    sheaf_status status = sheaf_language_open(&language, NULL, NULL, err);
    if (status == SHEAF_OK)
        status = sheaf_bylaws_put_changes(&words, NULL, now->bylaws, next->bylaws,
                                          &language.messages, sort, err);
    if (status == SHEAF_OK) {
        sheaf_amendment_put(&words, &language.messages, *sort);
        fprintf(stderr, "%.*s", SHEAF_PRINT(sheaf_buffer_slice(&words)));
    }
    sheaf_language_free(&language);
    sheaf_buffer_deinit(&words);
    return status;
}

static const char *newest_words(const sheaf_document *now)
{
    return now->state == SHEAF_bylaws_state_waiting ? "that await registration" : "in force";
}

static sheaf_status propose(const sheaf_arguments *a, const sheaf_document *next,
                            const sheaf_document *now, sheaf_session *session,
                            sheaf_posted *posted, sheaf_err *err)
{
    sheaf_amendment sort;
    sheaf_buffer effect;
    SHEAF_TRY(tell_changes(now, next, &sort, err));
    if (now->state == SHEAF_bylaws_state_waiting)
        fprintf(stderr,
                "It is compared with the version of entry %u, which awaits registration.\n",
                now->version);
    if (sort == SHEAF_AMENDMENT_NONE)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.100s says what the bylaws %s say; nothing is proposed",
                          a->argument[0], newest_words(now));
    sheaf_buffer_init(&effect, SHEAF_ENTRY_MAX);
    sheaf_status status = put_effect(next, now->version, &effect, err);
    if (status == SHEAF_OK) {
        const char *flags[] = {"--title",  a->value[0], "--effect", (const char *)effect.data,
                               "--reason", a->value[1]};
        status = sheaf_session_act(session, SHEAF_KIND_motion_open, a->value[1] ? 6 : 4, flags,
                                   a->value[2] != NULL, posted, err);
    }
    sheaf_buffer_deinit(&effect);
    return status;
}

static sheaf_status amend(const sheaf_arguments *a, const sheaf_document *next,
                          sheaf_posted *posted, sheaf_err *err)
{
    char home[SHEAF_PATH_MAX];
    sheaf_session session;
    sheaf_document now;
    SHEAF_TRY(sheaf_home_path(a->value[3], home, sizeof home, err));
    sheaf_status status =
        sheaf_document_find(&now, a->value[4], home, a->value[5], SHEAF_DOCUMENT_NEWEST, err);
    if (status == SHEAF_OK)
        status = sheaf_session_open(&session, home, a->value[4], a->value[5], err);
    if (status == SHEAF_OK) {
        status = propose(a, next, &now, &session, posted, err);
        sheaf_session_close(&session);
    }
    sheaf_document_free(&now);
    return status;
}

static int run_amend(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_document next;
    sheaf_posted posted = {0};
    if (!a->value[0])
        return sheaf_usage(&sheaf_command_bylaws_amend,
                           "--title is needed: the motion in one line");
    sheaf_status status =
        sheaf_document_open(&next, a->argument[0], a->value[3], a->value[5], SHEAF_NONE, &err);
    if (status == SHEAF_OK)
        status = sheaf_document_check(&next, a->argument[0], &err);
    if (status == SHEAF_OK)
        status = amend(a, &next, &posted, &err);
    sheaf_document_free(&next);
    return status == SHEAF_OK ? sheaf_posted_print(&posted, a->json, a->value[2] != NULL)
                              : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_bylaws_amend = {
    .name = "bylaws amend",
    .arguments = "FILE|DIR|URL",
    .summary = "open a motion to replace the bylaws by those of a file, or of another co-op",
    .detail =
        "The file is the whole new document, as TOML or JSON; begin with\n"
        "sheaf bylaws show --as toml. A folder or an address stands for the bylaws in force\n"
        "there, as everywhere in sheaf bylaws; where the motion is opened says --hub, as with\n"
        "all that you sign. It names the newest version by itself: that in force, or the last\n"
        "that awaits registration. What changes is told before it is opened, as bylaws diff\n"
        "tells it.",
    .options = {{"title", "TEXT", "the motion in one line"},
                {"reason", "TEXT", "why"},
                {"dry-run", NULL, "ask the rules, enter nothing"},
                {"home", "DIR", "your home folder, with your key"},
                {"hub", "URL", "another hub of the co-op than the home's"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_amend,
};
