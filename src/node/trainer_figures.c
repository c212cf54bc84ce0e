#include "node/trainer_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 40 };

static sheaf_status wrong(sheaf_err *err, const sheaf_slice *rest, size_t whole,
                          const char *what)
{
    return sheaf_fail(err, SHEAF_INVALID, "byte %zu: %s", whole - rest->len, what);
}

static void space_skip(sheaf_slice *rest)
{
    while (rest->len > 0 && memchr(" \t\r\n", rest->data[0], 4))
        *rest = (sheaf_slice){rest->data + 1, rest->len - 1};
}

/* Takes one byte if it is the wanted one, white space before it apart. */
static bool take(sheaf_slice *rest, char wanted)
{
    space_skip(rest);
    if (rest->len == 0 || rest->data[0] != (uint8_t)wanted)
        return false;
    *rest = (sheaf_slice){rest->data + 1, rest->len - 1};
    return true;
}

static bool name_take(sheaf_slice *rest, char out[SHEAF_TRAINER_NAME_MAX + 1])
{
    size_t n = 0;
    if (!take(rest, '"'))
        return false;
    while (n < rest->len && n < SHEAF_TRAINER_NAME_MAX
           && ((rest->data[n] >= 'a' && rest->data[n] <= 'z')
               || (rest->data[n] >= '0' && rest->data[n] <= '9') || rest->data[n] == '_')) {
        out[n] = (char)rest->data[n];
        n++;
    }
    out[n] = '\0';
    *rest = (sheaf_slice){rest->data + n, rest->len - n};
    return n > 0 && rest->len > 0 && rest->data[0] == '"' && take(rest, '"');
}

static size_t digits(const char *text)
{
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* JSON's grammar of numbers (RFC 8259 section 6), which strtod is wider than. */
static bool is_number(const char *at)
{
    at += *at == '-';
    size_t whole = digits(at);
    if (whole == 0 || (whole > 1 && *at == '0'))
        return false;
    at += whole;
    if (*at == '.') {
        size_t part = digits(at + 1);
        if (part == 0)
            return false;
        at += 1 + part;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        size_t power = digits(at);
        if (power == 0)
            return false;
        at += power;
    }
    return *at == '\0';
}

static bool number_take(sheaf_slice *rest, double *out)
{
    char text[NUMBER_MAX + 1];
    size_t n = 0;
    space_skip(rest);
    while (n < rest->len && n < NUMBER_MAX && rest->data[n] != 0
           && strchr("+-.0123456789eE", rest->data[n])) {
        text[n] = (char)rest->data[n];
        n++;
    }
    text[n] = '\0';
    *rest = (sheaf_slice){rest->data + n, rest->len - n};
    if (!is_number(text))
        return false;
    *out = strtod(text, NULL);
    return isfinite(*out);
}

static bool twice(const sheaf_trainer_figures *figures, const char *name)
{
    for (uint32_t i = 0; i < figures->count; i++)
        if (strcmp(figures->items[i].name, name) == 0)
            return true;
    return false;
}

static sheaf_status members_take(sheaf_slice *rest, size_t whole, sheaf_trainer_figures *out,
                                 sheaf_err *err)
{
    do {
        sheaf_trainer_figure one;
        if (!name_take(rest, one.name))
            return wrong(err, rest, whole,
                         "a name of 1 to 40 lower-case letters, digits and underscores belongs "
                         "here");
        if (!take(rest, ':'))
            return wrong(err, rest, whole, "':' belongs here");
        if (!number_take(rest, &one.value))
            return wrong(err, rest, whole, "a finite number belongs here, and nothing else");
        if (twice(out, one.name))
            return wrong(err, rest, whole, "a name stands there twice");
        if (out->count == SHEAF_TRAINER_FIGURES_MAX)
            return wrong(err, rest, whole, "more than 32 numbers");
        out->items[out->count++] = one;
    } while (take(rest, ','));
    return SHEAF_OK;
}

sheaf_status sheaf_trainer_figures_read(sheaf_slice text, sheaf_trainer_figures *out,
                                        sheaf_err *err)
{
    sheaf_slice rest = text;
    sheaf_trainer_figures found = {0};
    *out = found;
    if (!take(&rest, '{'))
        return wrong(err, &rest, text.len, "a JSON object of numbers begins with {");
    if (!take(&rest, '}')) {
        SHEAF_TRY(members_take(&rest, text.len, &found, err));
        if (!take(&rest, '}'))
            return wrong(err, &rest, text.len, "',' or '}' belongs here");
    }
    space_skip(&rest);
    if (rest.len > 0)
        return wrong(err, &rest, text.len, "something stands behind the object");
    *out = found;
    return SHEAF_OK;
}

void sheaf_trainer_figures_describe(const sheaf_trainer_figures *figures,
                                    char out[SHEAF_TRAINER_FIGURES_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < figures->count; i++) {
        char one[SHEAF_TRAINER_NAME_MAX + 40];
        size_t n = (size_t)snprintf(one, sizeof one, "%s%s=%.6g", i ? " " : "",
                                    figures->items[i].name, figures->items[i].value);
        if (used + n >= SHEAF_TRAINER_FIGURES_TEXT)
            return;
        memcpy(out + used, one, n + 1);
        used += n;
    }
}
