// How alike two sounds or pictures are. No logic but the loops that are too slow without -O in Swift.
#ifndef LC_LIKENESS_H
#define LC_LIKENESS_H

/// Where in `whole` the `count` values of `piece` are most alike, of the places `from`..<`to`;
/// `likeness` becomes the correlation there, 1 for equal. -1 where there is no such place.
int lct_match(const float *whole, int whole_count, const float *piece, int count, int from, int to,
              double *likeness);

/// The sum of the squares of the differences of two rows of bytes.
double lct_squares(const unsigned char *one, const unsigned char *other, int count);

#endif
