#include "ops/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <sstream>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace grtc::ops {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

ClientMetric labelled(const Labels& labels) {
  ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

ClientMetric metric_of(MetricType type, const Labels& labels, double value) {
  ClientMetric metric = labelled(labels);
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return metric;
}

ClientMetric metric_of(const Labels& labels, const HistogramSnapshot& snapshot) {
  ClientMetric metric = labelled(labels);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    below += snapshot.counts[i];
    const bool last = i >= snapshot.bounds.size();
    metric.histogram.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : snapshot.bounds[i]});
  }
  metric.histogram.sample_count = below;
  metric.histogram.sample_sum = snapshot.sum;
  return metric;
}

}  // namespace

struct Metrics::Family {
  std::string name;
  std::string help;
  MetricType type;
  std::vector<std::function<void(std::vector<ClientMetric>&)>> collectors;
};

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, int type) {
  const auto found = std::find_if(families_.begin(), families_.end(), [&](const auto& f) { return f->name == name; });
  if (found != families_.end()) {
    assert((*found)->type == static_cast<MetricType>(type) && "one name, two types");
    return **found;
  }
  families_.push_back(
      std::make_unique<Family>(Family{std::string(name), std::string(help), static_cast<MetricType>(type), {}}));
  return *families_.back();
}

void Metrics::counter(std::string_view name, std::string_view help, Labels labels, Read read) {
  family(name, help, static_cast<int>(MetricType::Counter))
      .collectors.push_back([labels = std::move(labels), read = std::move(read)](auto& out) {
        out.push_back(metric_of(MetricType::Counter, labels, read()));
      });
}

void Metrics::gauge(std::string_view name, std::string_view help, Labels labels, Read read) {
  family(name, help, static_cast<int>(MetricType::Gauge))
      .collectors.push_back([labels = std::move(labels), read = std::move(read)](auto& out) {
        out.push_back(metric_of(MetricType::Gauge, labels, read()));
      });
}

void Metrics::counters(std::string_view name, std::string_view help, ReadSamples read) {
  family(name, help, static_cast<int>(MetricType::Counter)).collectors.push_back([read = std::move(read)](auto& out) {
    for (const Sample& sample : read()) out.push_back(metric_of(MetricType::Counter, sample.labels, sample.value));
  });
}

void Metrics::histogram(std::string_view name, std::string_view help, Labels labels, ReadHistogram read) {
  family(name, help, static_cast<int>(MetricType::Histogram))
      .collectors.push_back([labels = std::move(labels), read = std::move(read)](auto& out) {
        out.push_back(metric_of(labels, read()));
      });
}

std::string Metrics::scrape() const {
  std::vector<prometheus::MetricFamily> all;
  all.reserve(families_.size());
  for (const auto& family : families_) {
    prometheus::MetricFamily shown{family->name, family->help, family->type, {}};
    for (const auto& collect : family->collectors) collect(shown.metric);
    if (!shown.metric.empty()) all.push_back(std::move(shown));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, all);
  return std::move(text).str();
}

}  // namespace grtc::ops
