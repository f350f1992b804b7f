#pragma once
#include <string>

#include <libpq-fe.h>

#include "core/problem.hpp"

namespace grtc::items::postgres {

/// A shared library that is loaded while the program runs, and stays until its end: its threads and exit handlers may.
class Library {
 public:
  /// What has this name in the library, as a pointer to a function of whatever type it is assigned to; null: not there.
  struct Symbol {
    void* address;
    template <class Function>
    operator Function*() const noexcept {  // implicit: an initializer says enough
      return reinterpret_cast<Function*>(address);
    }
  };

  /// @param file  its soname, looked for where the system's loader looks
  explicit Library(const char* file) noexcept;
  /// Null when the library can't be loaded.
  [[nodiscard]] Symbol find(const char* name) noexcept;
  /// In the loader's words; empty: it is there, with all that was looked for.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

 private:
  void* handle_ = nullptr;
  std::string trouble_;
};

/// The functions of libpq (PostgreSQL 15, chapter 34) that are used here. It is loaded when they are first asked for,
/// not linked: what it brings along (GnuTLS, Kerberos, LDAP) doubles the time of a start and a third of its memory, and
/// most keep their items in SQLite.
struct Libpq {
  Library library{"libpq.so.5"};

  decltype(&PQclear) clear = library.find("PQclear");
  decltype(&PQcmdStatus) cmd_status = library.find("PQcmdStatus");
  decltype(&PQconnectPoll) connect_poll = library.find("PQconnectPoll");
  decltype(&PQconnectStartParams) connect_start_params = library.find("PQconnectStartParams");
  decltype(&PQconnectdbParams) connectdb_params = library.find("PQconnectdbParams");
  decltype(&PQconninfoFree) conninfo_free = library.find("PQconninfoFree");
  decltype(&PQconninfoParse) conninfo_parse = library.find("PQconninfoParse");
  decltype(&PQconsumeInput) consume_input = library.find("PQconsumeInput");
  decltype(&PQenterPipelineMode) enter_pipeline_mode = library.find("PQenterPipelineMode");
  decltype(&PQerrorMessage) error_message = library.find("PQerrorMessage");
  decltype(&PQexec) exec = library.find("PQexec");
  decltype(&PQexecParams) exec_params = library.find("PQexecParams");
  decltype(&PQfinish) finish = library.find("PQfinish");
  decltype(&PQflush) flush = library.find("PQflush");
  decltype(&PQfreemem) freemem = library.find("PQfreemem");
  decltype(&PQgetResult) get_result = library.find("PQgetResult");
  decltype(&PQgetisnull) getisnull = library.find("PQgetisnull");
  decltype(&PQgetlength) getlength = library.find("PQgetlength");
  decltype(&PQgetvalue) getvalue = library.find("PQgetvalue");
  decltype(&PQisBusy) is_busy = library.find("PQisBusy");
  decltype(&PQnotifies) notifies = library.find("PQnotifies");
  decltype(&PQntuples) ntuples = library.find("PQntuples");
  decltype(&PQpipelineSync) pipeline_sync = library.find("PQpipelineSync");
  decltype(&PQresultErrorField) result_error_field = library.find("PQresultErrorField");
  decltype(&PQresultStatus) result_status = library.find("PQresultStatus");
  decltype(&PQsendPrepare) send_prepare = library.find("PQsendPrepare");
  decltype(&PQsendQueryPrepared) send_query_prepared = library.find("PQsendQueryPrepared");
  decltype(&PQsetNoticeProcessor) set_notice_processor = library.find("PQsetNoticeProcessor");
  decltype(&PQsetnonblocking) setnonblocking = library.find("PQsetnonblocking");
  decltype(&PQsocket) socket = library.find("PQsocket");
  decltype(&PQstatus) status = library.find("PQstatus");
};

/// Loads it at the first call, from whichever thread. Its functions may be called only where find_libpq() has
/// succeeded.
[[nodiscard]] const Libpq& pq() noexcept;

/// Whoever opens a connection asks this first.
/// @return unavailable: libpq can't be loaded, or is older than PostgreSQL 14; with what to install
[[nodiscard]] core::Result<void> find_libpq();

}  // namespace grtc::items::postgres
