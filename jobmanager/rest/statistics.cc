#include "jobmanager/rest/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace weir {

Statistics::Statistics(std::vector<double> values) : values_(std::move(values)) {
  std::sort(values_.begin(), values_.end());
  sum_ = std::accumulate(values_.begin(), values_.end(), 0.0);
}

double Statistics::min() const { return empty() ? 0 : values_.front(); }
double Statistics::max() const { return empty() ? 0 : values_.back(); }
double Statistics::avg() const { return empty() ? 0 : sum_ / static_cast<double>(values_.size()); }

double Statistics::Quantile(double q) const {
  if (empty()) return std::numeric_limits<double>::quiet_NaN();
  const double at = q * static_cast<double>(values_.size() + 1);
  if (at < 1) return values_.front();
  if (at >= static_cast<double>(values_.size())) return values_.back();
  const double below = std::floor(at);
  const auto index = static_cast<size_t>(below) - 1;
  return values_[index] + (at - below) * (values_[index + 1] - values_[index]);
}

double Statistics::skew() const {
  if (avg() == 0) return 0;
  double deviation = 0;
  for (double value : values_) deviation += std::abs(value - avg());
  return deviation / static_cast<double>(values_.size()) / avg() * 100;
}

}  // namespace weir
