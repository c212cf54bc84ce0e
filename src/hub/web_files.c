#include "hub/web_files.h"

const sheaf_web_file *sheaf_web_find(sheaf_slice path)
{
    for (size_t i = 0; i < sheaf_web_file_count; i++)
        if (sheaf_slice_is(path, sheaf_web_files[i].path))
            return &sheaf_web_files[i];
    return NULL;
}
