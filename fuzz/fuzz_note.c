/* fuzz_note.c - any bytes as a note, a checkpoint, a key, an offline proof, a tile path and a
 * bundle: no crash; what is accepted is written back as the same bytes. */
#include "log/proof.h"
#include "log/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect_same(sheaf_buffer *made, sheaf_slice want)
{
    if (!sheaf_slice_equal(sheaf_buffer_slice(made), want))
        __builtin_trap();
    sheaf_buffer_deinit(made);
}

static void try_note(sheaf_slice in)
{
    sheaf_note note;
    sheaf_checkpoint head;
    sheaf_buffer made;
    sheaf_vkey key;
    static const uint8_t seed[32] = {1};
    sheaf_keypair pair;
    sheaf_keypair_from_seed(&pair, seed);
    if (sheaf_note_parse(in, &note, NULL) != SHEAF_OK)
        return;
    for (size_t i = 0; i < note.line_count; i++)
        if (sheaf_vkey_make(&key, SHEAF_VKEY_COSIGNATURE, note.lines[i].name, pair.public, NULL)
            == SHEAF_OK) {
            key.id = note.lines[i].id; /* so that the line is looked at, and found false */
            if (sheaf_note_verify(&note, &key, 1, NULL, NULL) != SHEAF_FAULT)
                __builtin_trap();
        }
    if (sheaf_checkpoint_parse(note.text, &head, NULL) != SHEAF_OK)
        return;
    sheaf_buffer_init(&made, SHEAF_NOTE_BYTES_MAX);
    sheaf_checkpoint_put(&made, head.origin, head.size, &head.root);
    expect_same(&made, note.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = sheaf_bytes(data, len), bundle = in, entry;
    sheaf_buffer made;
    sheaf_vkey key;
    sheaf_proof_file proof;
    sheaf_tile tile;
    if (!sheaf_crypto_start())
        return 0;
    try_note(in);
    if (sheaf_vkey_parse(in, &key, NULL) == SHEAF_OK) {
        sheaf_buffer_init(&made, SHEAF_VKEY_TEXT_MAX);
        sheaf_vkey_put(&made, &key);
        expect_same(&made, in);
    }
    if (sheaf_proof_parse(in, &proof, NULL) == SHEAF_OK && proof.extra.len == 0) {
        try_note(proof.note);
        sheaf_buffer_init(&made, SHEAF_PROOF_FILE_MAX);
        sheaf_proof_put(&made, proof.index, &proof.proof, proof.note);
        /* An extra line may be there and empty, which is not written back. */
        if (made.len == len)
            expect_same(&made, in);
        else
            sheaf_buffer_deinit(&made);
    }
    if (sheaf_tile_parse(in, &tile)) {
        char path[SHEAF_TILE_PATH_MAX];
        sheaf_tile_path(&tile, path);
        if (!sheaf_slice_is(in, path))
            __builtin_trap();
    }
    sheaf_buffer_init(&made, len + 1);
    while (sheaf_bundle_next(&bundle, &entry))
        sheaf_bundle_add(&made, entry);
    expect_same(&made, sheaf_bytes(data, len - bundle.len));
    return 0;
}
