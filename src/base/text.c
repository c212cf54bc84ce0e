#include "base/text.h"

bool sheaf_utf8_take(sheaf_slice *in, uint32_t *code_point)
{
    if (!in->len)
        return false;
    uint8_t lead = in->data[0];
    size_t width = lead < 0x80       ? 1
                   : lead >> 5 == 6  ? 2
                   : lead >> 4 == 14 ? 3
                   : lead >> 3 == 30 ? 4
                                     : 0;
    if (!width || width > in->len)
        return false;
    static const uint8_t lead_mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point = lead & lead_mask[width];
    for (size_t i = 1; i < width; i++) {
        if (in->data[i] >> 6 != 2)
            return false;
        point = point << 6 | (in->data[i] & 0x3f);
    }
    if (point < smallest[width] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return false;
    *code_point = point;
    in->data += width;
    in->len -= width;
    return true;
}

bool sheaf_utf8_valid(sheaf_slice in)
{
    uint32_t point;
    if (in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0)
        return false;
    while (in.len)
        if (!sheaf_utf8_take(&in, &point))
            return false;
    return true;
}

size_t sheaf_utf8_put(uint32_t point, uint8_t out[4])
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (uint8_t)(0xc0 | point >> 6);
        out[1] = (uint8_t)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (uint8_t)(0xe0 | point >> 12);
        out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | point >> 18);
    out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (point & 0x3f));
    return 4;
}
