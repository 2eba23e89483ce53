#include "likeness.h"

#include <math.h>

int lct_match(const float *whole, int whole_count, const float *piece, int count, int from, int to,
              double *likeness) {
    double own = 0;
    for (int i = 0; i < count; i++) own += (double)piece[i] * piece[i];
    int best = -1;
    *likeness = 0;
    if (from < 0) from = 0;
    if (to > whole_count - count + 1) to = whole_count - count + 1;
    for (int place = from; place < to; place++) {
        const float *there = whole + place;
        float product = 0, power = 0;
        for (int i = 0; i < count; i++) {
            product += piece[i] * there[i];
            power += there[i] * there[i];
        }
        double alike = own > 0 && power > 0 ? product / sqrt(own * power) : 0;
        if (best < 0 || alike > *likeness) {
            best = place;
            *likeness = alike;
        }
    }
    return best;
}

double lct_squares(const unsigned char *one, const unsigned char *other, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        int difference = one[i] - other[i];
        sum += difference * difference;
    }
    return sum;
}
