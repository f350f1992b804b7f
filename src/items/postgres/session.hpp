#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/problem.hpp"
#include "items/postgres/rows.hpp"

struct pg_conn;

namespace grtc::items::postgres {

/// Whether libpq can read it: postgresql:// or postgres://, then what chapter 34.1.1.2 allows. Where libpq is missing
/// only the beginning is looked at; whoever opens a connection is told.
[[nodiscard]] bool is_connection_uri(const std::string& url);

/// A connection whose calls wait for their answers: for the start of a server and for commands, never for a loop.
class Session {
  struct Opening {};  // only its own factory can make one

 public:
  Session(Opening, pg_conn* connection) noexcept : connection_(connection) {}
  /// @param url  a libpq connection URI
  /// @return unavailable: in libpq's words, which name host and user but no password, or that libpq is missing
  [[nodiscard]] static core::Result<std::unique_ptr<Session>> open(const std::string& url,
                                                                   std::chrono::milliseconds timeout);

  /// Several statements without parameters; what they answer is dropped.
  [[nodiscard]] core::Result<void> execute(const std::string& sql);
  /// One statement; parameters as text.
  [[nodiscard]] core::Result<Rows> query(const std::string& sql, const std::vector<std::string>& parameters = {});

 private:
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };
  [[nodiscard]] core::Result<Rows> checked(Rows answer) const;

  std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace grtc::items::postgres
