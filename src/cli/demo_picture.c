/* The bars of all members beside each other, as SVG: no script, no font of its own, so that any
 * browser or text program shows it. */
#include "cli/demo_gains.h"

#include <math.h>
#include <string.h>

enum {
    WIDTH = 760,
    LEFT = 250,   /* where bars begin */
    RIGHT = 690,  /* and the longest ends */
    TOP = 92,     /* of the first member's bars */
    BAR = 14,     /* height of one */
    BETWEEN = 14, /* members */
    LETTER = 7,   /* width of one */
    PICTURE_MAX = 65536,
};

/* Dark to light, each darker than the background by enough to be told apart in grey too. */
static const char *const colours[DEMO_FORMS_MAX] = {"#b9b4a5", "#2d5a41", "#8aa893", "#d9a441",
                                                    "#6b5b95"};

/* Titles are the program's own words; what XML cannot hold as it is would be a mistake there,
 * but a name may have an ampersand. */
static void put_text(sheaf_buffer *out, const char *text)
{
    for (; *text; text++)
        if (*text == '&')
            sheaf_buffer_add_string(out, "&amp;");
        else if (*text == '<')
            sheaf_buffer_add_string(out, "&lt;");
        else
            sheaf_buffer_add_byte(out, (uint8_t)*text);
}

static double largest(const demo *d, const demo_gains *gains)
{
    double most = gains->floor;
    for (size_t row = 0; row <= d->count; row++)
        for (size_t i = 0; i < gains->forms; i++)
            most = fmax(most, gains->value[row < d->count ? row : DEMO_MEMBERS_MAX][i]);
    return most > gains->floor ? most : gains->floor + 1;
}

/* Names stand as far from each other as their letters ask for. */
static void put_legend(const demo_gains *gains, sheaf_buffer *out)
{
    int x = LEFT;
    for (size_t i = 0; i < gains->forms; i++) {
        sheaf_buffer_printf(out,
                            "<rect x=\"%d\" y=\"62\" width=\"12\" height=\"12\" fill=\"%s\"/>"
                            "<text x=\"%d\" y=\"72\">",
                            x, colours[i], x + 18);
        put_text(out, gains->form[i]);
        sheaf_buffer_add_string(out, "</text>\n");
        x += 18 + (int)strlen(gains->form[i]) * LETTER + 22;
    }
}

static int put_member(const demo_gains *gains, const char *name, size_t row, double most, int y,
                      sheaf_buffer *out)
{
    sheaf_buffer_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\"%s>", LEFT - 12,
                        y + (int)gains->forms * BAR / 2 + 4,
                        row == DEMO_MEMBERS_MAX ? " font-weight=\"bold\"" : "");
    put_text(out, name);
    sheaf_buffer_add_string(out, "</text>\n");
    for (size_t i = 0; i < gains->forms; i++, y += BAR) {
        double value = gains->value[row][i];
        if (isnan(value))
            continue;
        double part = fmax(0, (value - gains->floor) / (most - gains->floor));
        int length = (int)lround(part * (RIGHT - LEFT));
        sheaf_buffer_printf(out,
                            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
                            "<text x=\"%d\" y=\"%d\" font-size=\"11\">%.*f</text>\n",
                            LEFT, y, length, BAR - 2, colours[i], LEFT + length + 5,
                            y + BAR - 4, gains->digits, value);
    }
    return y + BETWEEN;
}

void demo_picture(const demo *d, const demo_gains *gains, sheaf_buffer *out)
{
    const double most = largest(d, gains);
    const int step = (int)gains->forms * BAR + BETWEEN;
    const int height = TOP + (int)(d->count + 1) * step + 10;
    int y = TOP;
    sheaf_buffer_printf(out,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                        "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n"
                        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
                        "<text x=\"20\" y=\"28\" font-size=\"17\" font-weight=\"bold\">",
                        WIDTH, height, WIDTH, height);
    put_text(out, gains->title);
    sheaf_buffer_add_string(out, "</text>\n<text x=\"20\" y=\"48\" fill=\"#555\">");
    put_text(out, gains->measure);
    sheaf_buffer_printf(out, "; bars begin at %.*f; %s is better</text>\n",
                        gains->floor == 0 ? 0 : 1, gains->floor, gains->less ? "less" : "more");
    put_legend(gains, out);
    for (size_t row = 0; row < d->count; row++)
        y = put_member(gains, d->members[row].title, row, most, y, out);
    (void)put_member(gains, gains->everyone, DEMO_MEMBERS_MAX, most, y, out);
    sheaf_buffer_add_string(out, "</svg>\n");
}

sheaf_status demo_picture_write(const demo *d, const demo_gains *gains, sheaf_err *err)
{
    sheaf_buffer picture;
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%.900s/gains.svg", d->dir));
    sheaf_buffer_init(&picture, PICTURE_MAX);
    demo_picture(d, gains, &picture);
    sheaf_status status = sheaf_buffer_check(&picture, "the picture", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&picture), err);
    sheaf_buffer_deinit(&picture);
    if (status == SHEAF_OK)
        demo_tell(d, "picture", "As a picture: %s", path);
    return status;
}
