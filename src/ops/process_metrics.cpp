#include <chrono>
#include <cstdio>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

#include "ops/metrics.hpp"

namespace grtc::ops {
namespace {

/// proc(5): the second number of /proc/self/statm is resident pages. 0 where there is no /proc.
double resident_bytes() {
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen("/proc/self/statm", "re"));
  long total = 0;
  long resident = 0;
  if (!file || std::fscanf(file.get(), "%ld %ld", &total, &resident) != 2) return 0;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double max_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void publish_process_metrics(Metrics& metrics) {
  const double started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  metrics.gauge("process_start_time_seconds", "Start of the process, Unix seconds", {}, [started] { return started; });
  metrics.gauge("process_resident_memory_bytes", "Resident memory", {}, resident_bytes);
  metrics.gauge("process_max_fds", "Descriptors that may be open", {}, max_descriptors);
  metrics.counter("process_cpu_seconds_total", "Processor time, user and system", {}, cpu_seconds);
}

}  // namespace grtc::ops
