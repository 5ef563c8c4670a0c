#include "common/metrics/metric_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(MetricFamiliesTest, TheTextOfPrometheus) {
  MetricFamilies families;
  families.Counter("rows_total", "Rows\\that came.\nAll.", 3, {{"job", "a \"b\"\\\n"}, {"n", "0"}});
  families.Gauge("lag", "Of \"all\".", 0.5);
  families.Counter("rows_total", "", 12345678901234, {{"job", "c"}});
  families.Gauge("odd", "", std::nan(""));
  EXPECT_EQ(families.Text(),
            "# HELP rows_total Rows\\\\that came.\\nAll.\n"
            "# TYPE rows_total counter\n"
            "rows_total{job=\"a \\\"b\\\"\\\\\\n\",n=\"0\"} 3\n"
            "rows_total{job=\"c\"} 12345678901234\n"
            "# HELP lag Of \"all\".\n"
            "# TYPE lag gauge\n"
            "lag 0.5\n"
            "# HELP odd \n"
            "# TYPE odd gauge\n"
            "odd NaN\n");
}

TEST(MetricFamiliesTest, OfThisProcess) {
  MetricFamilies families;
  AddProcessFamilies(families);
  const std::string text = families.Text();
  const auto value = [&](const std::string& name) {
    const size_t at = text.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << name << " in " << text;
    return std::strtod(text.c_str() + at + name.size() + 2, nullptr);
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  // It began within the last hour; the clock of the kernel's boot is a second coarse.
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_LE(value("process_start_time_seconds"), now + 2);
  EXPECT_GT(value("process_start_time_seconds"), now - 3600);
}

}  // namespace
}  // namespace weir
