/* What a trainer is told; declared in trainer.h, described for its authors in docs/trainer.md.
 */
#include "base/json.h"
#include "coop/state.h"
#include "learn/safetensors.h"
#include "node/trainer.h"

#include <string.h>

/* Members of an object come in the order of their names. */

static void features_put(sheaf_json_writer *w, const sheaf_features *features)
{
    sheaf_json_key(w, "features");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < features->count; i++) {
        const sheaf_feature *f = &features->items[i];
        sheaf_json_open_object(w);
        sheaf_json_member_put_string(w, "column", sheaf_str(f->column));
        if (f->has_range)
            sheaf_json_member_put_int(w, "high_millionths", f->high_millionths);
        if (f->has_level)
            sheaf_json_member_put_int(w, "level", f->level);
        if (f->has_range)
            sheaf_json_member_put_int(w, "low_millionths", f->low_millionths);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static void files_put(sheaf_json_writer *w)
{
    sheaf_json_key(w, "files");
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "data", sheaf_str("/job/data.safetensors"));
    sheaf_json_member_put_string(w, "metrics", sheaf_str("/job/out/metrics.json"));
    sheaf_json_member_put_string(w, "model", sheaf_str("/job/model.safetensors"));
    sheaf_json_member_put_string(w, "update", sheaf_str("/job/out/update.safetensors"));
    sheaf_json_close(w);
}

static void learning_put(sheaf_json_writer *w, const sheaf_job *job)
{
    sheaf_json_key(w, "learning");
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "batch", job->training.batch);
    sheaf_json_member_put_int(w, "rate_millionths", job->training.rate_millionths);
    sheaf_json_member_put_int(w, "steps", job->training.steps);
    sheaf_json_close(w);
}

static void limits_put(sheaf_json_writer *w, const sheaf_sandbox_limits *limits)
{
    sheaf_json_key(w, "limits");
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "cpu_seconds", limits->cpu_seconds);
    sheaf_json_member_put_int(w, "memory_bytes", (int64_t)limits->memory_bytes);
    sheaf_json_member_put_int(w, "out_bytes", (int64_t)limits->out_bytes);
    sheaf_json_member_put_int(w, "processes", limits->processes);
    sheaf_json_member_put_int(w, "scratch_bytes", (int64_t)limits->scratch_bytes);
    sheaf_json_member_put_int(w, "seconds", limits->seconds);
    sheaf_json_close(w);
}

static void tensors_put(sheaf_json_writer *w, const sheaf_learn_kind *kind)
{
    sheaf_json_key(w, "learnt");
    sheaf_json_open_list(w);
    for (const char *const *name = kind->own_tensors; *name; name++)
        sheaf_json_string(w, sheaf_str(*name));
    sheaf_json_close(w);
}

/* Null in a rehearsal. */
static void index_put(sheaf_json_writer *w, const char *name, uint32_t index)
{
    sheaf_json_key(w, name);
    if (index == SHEAF_NONE)
        sheaf_json_null(w);
    else
        sheaf_json_int(w, index);
}

void sheaf_trainer_job_put(sheaf_buffer *out, const sheaf_trainer_place *place,
                           const sheaf_learn_kind *kind, const sheaf_job *job,
                           const sheaf_job_seeds *seeds, const sheaf_sandbox_limits *limits)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "clip_millionths", (int64_t)job->terms->norm_millionths);
    index_put(&w, "dataset", place->dataset);
    features_put(&w, &job->spec->features);
    files_put(&w);
    sheaf_json_member_put_string(&w, "format", sheaf_str(kind->format));
    sheaf_json_member_put_string(&w, "label", sheaf_str(job->spec->features.label));
    learning_put(&w, job);
    tensors_put(&w, kind);
    limits_put(&w, limits);
    index_put(&w, "mandate", place->mandate);
    index_put(&w, "member", place->member);
    index_put(&w, "model", place->model);
    index_put(&w, "round", place->round);
    sheaf_json_member_put_int(&w, "seed", (int64_t)(seeds->order & SHEAF_JSON_INT_MAX));
    sheaf_json_member_put_int(&w, "step", job->step);
    sheaf_json_member_put_int(&w, "version", 1);
    sheaf_json_close(&w);
}
