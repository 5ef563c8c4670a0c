#pragma once

#include <vector>

namespace weir {

// Of a set of numbers; zeros, and NaN for the quantiles, where there are none.
class Statistics {
 public:
  explicit Statistics(std::vector<double> values);

  bool empty() const { return values_.empty(); }
  double min() const;
  double max() const;
  double sum() const { return sum_; }
  double avg() const;
  // Between the two values that it falls between: at q * (n + 1), counted from 1.
  double Quantile(double q) const;
  // How far the values are from their average, on average, in percent of it.
  double skew() const;

 private:
  std::vector<double> values_;  // sorted
  double sum_ = 0;
};

}  // namespace weir
