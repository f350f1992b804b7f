#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/fixed_histogram.hpp"

namespace grtc::ops {

/// Name and value of each label.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
  Labels labels;
  double value = 0;
};

/// What `/metrics` shows. It holds no numbers: each metric is a function that is asked at the scrape, so that counting
/// costs its owner a plain or relaxed increment. Filled at start by the composition, then scraped from any thread; the
/// functions run on the scraping thread and must not wait. A name may be given again with other labels.
/// @see https://prometheus.io/docs/practices/naming/ names are `grtc_*`, counters end in `_total`, durations in
/// `_seconds`
class Metrics {
 public:
  using Read = std::function<double()>;
  using ReadSamples = std::function<std::vector<Sample>()>;
  using ReadHistogram = std::function<HistogramSnapshot()>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void counter(std::string_view name, std::string_view help, Labels labels, Read read);
  void gauge(std::string_view name, std::string_view help, Labels labels, Read read);
  /// Counters whose labels are known only at the scrape; the owner bounds how many there are.
  void counters(std::string_view name, std::string_view help, ReadSamples read);
  void histogram(std::string_view name, std::string_view help, Labels labels, ReadHistogram read);

  /// The text format, version 0.0.4.
  [[nodiscard]] std::string scrape() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Family;
  Family& family(std::string_view name, std::string_view help, int type);
  std::vector<std::unique_ptr<Family>> families_;
};

/// Memory, processor time, open descriptors and start of this process, by the names that Prometheus's own clients use.
void publish_process_metrics(Metrics& metrics);

}  // namespace grtc::ops
