#include "round/survivors.h"

#include "base/json.h"
#include "crypto/label.h"

#include <assert.h>

enum { LIST_MAX = 1024 + SHEAF_ROUND_MEMBERS_MAX * 128 };

void sheaf_survivors_put(sheaf_buffer *out, const sheaf_round_config *config,
                         const sheaf_survivors *list)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "adverts",
                              sheaf_bytes(list->adverts.bytes, SHEAF_HASH_BYTES));
    sheaf_json_key(&w, "dropouts");
    sheaf_json_open_list(&w);
    for (int i = 0; i < list->dropouts; i++)
        sheaf_json_int(&w, list->dropout[i]);
    sheaf_json_close(&w);
    sheaf_json_member_put_hex(&w, "manifest",
                              sheaf_bytes(config->manifest.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "round", config->round);
    sheaf_json_key(&w, "survivors");
    sheaf_json_open_list(&w);
    for (int i = 0; i < list->survivors; i++) {
        sheaf_json_open_object(&w);
        sheaf_json_member_put_hex(&w, "input",
                                  sheaf_bytes(list->input[i].bytes, SHEAF_HASH_BYTES));
        sheaf_json_member_put_int(&w, "member", list->survivor[i]);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_json_close(&w);
}

sheaf_status sheaf_survivors_text_make(const sheaf_round_config *config,
                                       const sheaf_survivors *list, sheaf_survivors_text *out,
                                       sheaf_err *err)
{
    sheaf_buffer json;
    sheaf_buffer_init(&json, LIST_MAX);
    sheaf_buffer_init(&out->labelled, LIST_MAX + 256);
    sheaf_survivors_put(&json, config, list);
    sheaf_label_message(&out->labelled, SHEAF_LABEL_SURVIVORS, sheaf_str(config->origin),
                        sheaf_buffer_slice(&json));
    sheaf_status status = sheaf_buffer_check(&json, "the survivor list", err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&out->labelled, "the survivor list", err);
    if (status == SHEAF_OK)
        out->hash = sheaf_sha256(sheaf_buffer_slice(&json));
    else
        sheaf_survivors_text_deinit(out);
    sheaf_buffer_deinit(&json);
    return status;
}

void sheaf_survivors_text_deinit(sheaf_survivors_text *text)
{
    sheaf_buffer_deinit(&text->labelled);
}

void sheaf_survivors_sign(const sheaf_survivors_text *text, const sheaf_keypair *pair,
                          uint8_t signature[SHEAF_SIGNATURE_BYTES])
{
    sheaf_sign(pair, sheaf_buffer_slice(&text->labelled), signature);
}

static bool contains(const sheaf_survivors *list, uint32_t member)
{
    for (int i = 0; i < list->survivors; i++)
        if (list->survivor[i] == member)
            return true;
    return false;
}

sheaf_status sheaf_survivors_verify(const sheaf_round_config *config,
                                    const sheaf_survivors *list,
                                    const sheaf_survivors_text *text,
                                    const sheaf_round_message *message, sheaf_err *err)
{
    assert(message->type == SHEAF_ROUND_SURVIVORS);
    int index = sheaf_round_index(config, message->member);
    if (index < 0 || !contains(list, message->member))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u signed the survivor list but is no survivor",
                          message->member);
    if (!sheaf_hash_equal(&text->hash, &message->survivors))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the signature of member %u names another survivor list",
                          message->member);
    if (!sheaf_verify(config->members[index].public, sheaf_buffer_slice(&text->labelled),
                      message->signature))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the survivor list bears a wrong signature of member %u",
                          message->member);
    return SHEAF_OK;
}
