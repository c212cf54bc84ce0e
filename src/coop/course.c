#include "coop/course.h"

void sheaf_course_measure(sheaf_course *course, uint32_t result, uint64_t loss_millionths)
{
    bool better = course->measured == 0 || loss_millionths < course->best_loss;
    course->measured++;
    course->stale = better ? 0 : course->stale + 1;
    if (better) {
        course->best = result;
        course->best_loss = loss_millionths;
    }
}

bool sheaf_course_over(const sheaf_course *course, uint32_t patience)
{
    return patience > 0 && course->stale >= patience;
}

uint32_t sheaf_course_result(const sheaf_course *course, uint32_t last)
{
    return course->stale > 0 ? course->best : last;
}
