#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace grtc::ops {

enum class Level : std::uint8_t { debug, info, warning, error };

/// `LOG_LEVEL`'s words; the settings table has checked them.
[[nodiscard]] Level level_of(std::string_view name) noexcept;
[[nodiscard]] std::string_view name_of(Level level) noexcept;

/// One structured value beside a message: `{"room", room}`. Refers to the text, for the length of the call.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  Field(std::string_view its_name, std::string_view text) : name(its_name), value(text) {}
  Field(std::string_view its_name, const std::string& text) : name(its_name), value(std::string_view(text)) {}
  Field(std::string_view its_name, const char* text) : name(its_name), value(std::string_view(text)) {}
  Field(std::string_view its_name, bool truth) : name(its_name), value(truth) {}
  Field(std::string_view its_name, double number) : name(its_name), value(number) {}
  template <class Number>
  requires std::is_integral_v<Number> Field(std::string_view its_name, Number number)
      : name(its_name), value(static_cast<std::int64_t>(number)) {}

  std::string_view name;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// Where gRTC tells what happens. Any thread, and none ever waits: lines go to a thread of the log's own through a
/// bounded queue that drops its oldest when full (dropped() counts). What clients send is escaped and cut, so no
/// line is injected and no terminal is steered. Whoever calls keeps secrets out.
/// Destruction writes what is queued, unless nobody reads the output any more.
class Log {
 public:
  enum class Format : std::uint8_t {
    text,  ///< `2026-01-31T10:00:00.000Z info    peer joined room=lobby peer_id=alice`
    json,  ///< `{"time":"2026-01-31T10:00:00.000Z","level":"info","message":"peer joined","room":"lobby",…}`
  };
  struct Options {
    Level level;
    Format format;
    std::string instance;      ///< in every JSON line; empty: left out
    int fd = 1;                ///< written to, not closed
    std::size_t queue = 1024;  ///< lines
  };

  explicit Log(const Options& options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view message, Fields fields = {}) { write_if(Level::debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write_if(Level::info, message, fields); }
  void warning(std::string_view message, Fields fields = {}) { write_if(Level::warning, message, fields); }
  void error(std::string_view message, Fields fields = {}) { write_if(Level::error, message, fields); }
  /// As info(), whatever LOG_LEVEL says: for the few lines that others wait for ("listening").
  void notice(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }

  /// Ask first where making the fields costs something.
  [[nodiscard]] bool logs(Level level) const noexcept { return level >= level_; }
  /// Lines lost since the start because the queue was full or nobody read the output.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct Writer;
  void write_if(Level level, std::string_view message, Fields fields) {
    if (logs(level)) write(level, message, fields);
  }
  void write(Level level, std::string_view message, Fields fields);

  Level level_;
  Format format_;
  std::string instance_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace grtc::ops
