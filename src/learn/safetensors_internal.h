/* learn/safetensors_internal.h - what writer and reader of safetensors share. */
#ifndef SHEAF_LEARN_SAFETENSORS_INTERNAL_H
#define SHEAF_LEARN_SAFETENSORS_INTERNAL_H

#include "learn/safetensors.h"

#define SHEAF_SAFETENSORS_METADATA "__metadata__"

/* How the format spells the types, in the order of sheaf_tensor_type. */
enum { SHEAF_TENSOR_TYPES = SHEAF_TENSOR_U8 + 1 };
extern const char *const sheaf_tensor_type_names[SHEAF_TENSOR_TYPES];

/* Names that a tensor or a note may have. */
bool sheaf_tensor_name_good(sheaf_slice name);

/* Sort into canonical order: by type and name, and by name. */
void sheaf_tensors_sort(sheaf_tensor *tensors, size_t count);
void sheaf_tensor_notes_sort(sheaf_tensor_note *notes, size_t count);

/* Appends the canonical header, padding and all, of tensors and notes in canonical order. */
void sheaf_safetensors_header_put(sheaf_buffer *out, const sheaf_tensor *tensors, size_t count,
                                  const sheaf_tensor_note *notes, size_t notes_count);

#endif
