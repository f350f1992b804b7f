#pragma once
#include <string>

#include <libpq-fe.h>

#include "core/problem.hpp"

namespace grtc::items::postgres {

/// A shared library that is loaded while the program runs, and is never unloaded: what it registered for the end of
/// the process must still be there.
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
  Library shared_object{"libpq.so.5"};

  decltype(&PQclear) clear = shared_object.find("PQclear");
  decltype(&PQcmdStatus) cmd_status = shared_object.find("PQcmdStatus");
  decltype(&PQconnectPoll) connect_poll = shared_object.find("PQconnectPoll");
  decltype(&PQconnectStartParams) connect_start_params = shared_object.find("PQconnectStartParams");
  decltype(&PQconnectdbParams) connectdb_params = shared_object.find("PQconnectdbParams");
  decltype(&PQconninfoFree) conninfo_free = shared_object.find("PQconninfoFree");
  decltype(&PQconninfoParse) conninfo_parse = shared_object.find("PQconninfoParse");
  decltype(&PQconsumeInput) consume_input = shared_object.find("PQconsumeInput");
  decltype(&PQenterPipelineMode) enter_pipeline_mode = shared_object.find("PQenterPipelineMode");
  decltype(&PQerrorMessage) error_message = shared_object.find("PQerrorMessage");
  decltype(&PQexec) exec = shared_object.find("PQexec");
  decltype(&PQexecParams) exec_params = shared_object.find("PQexecParams");
  decltype(&PQfinish) finish = shared_object.find("PQfinish");
  decltype(&PQflush) flush = shared_object.find("PQflush");
  decltype(&PQfreemem) freemem = shared_object.find("PQfreemem");
  decltype(&PQgetResult) get_result = shared_object.find("PQgetResult");
  decltype(&PQgetisnull) getisnull = shared_object.find("PQgetisnull");
  decltype(&PQgetlength) getlength = shared_object.find("PQgetlength");
  decltype(&PQgetvalue) getvalue = shared_object.find("PQgetvalue");
  decltype(&PQisBusy) is_busy = shared_object.find("PQisBusy");
  decltype(&PQnotifies) notifies = shared_object.find("PQnotifies");
  decltype(&PQntuples) ntuples = shared_object.find("PQntuples");
  decltype(&PQpipelineSync) pipeline_sync = shared_object.find("PQpipelineSync");
  decltype(&PQresultErrorField) result_error_field = shared_object.find("PQresultErrorField");
  decltype(&PQresultStatus) result_status = shared_object.find("PQresultStatus");
  decltype(&PQsendPrepare) send_prepare = shared_object.find("PQsendPrepare");
  decltype(&PQsendQueryPrepared) send_query_prepared = shared_object.find("PQsendQueryPrepared");
  decltype(&PQsetNoticeProcessor) set_notice_processor = shared_object.find("PQsetNoticeProcessor");
  decltype(&PQsetnonblocking) setnonblocking = shared_object.find("PQsetnonblocking");
  decltype(&PQsocket) socket = shared_object.find("PQsocket");
  decltype(&PQstatus) status = shared_object.find("PQstatus");
};

/// Loads it at the first call, from whichever thread. Its functions may be called only where find_libpq() has
/// succeeded.
[[nodiscard]] const Libpq& pq() noexcept;

/// Whoever opens a connection asks this first.
/// @return unavailable: libpq can't be loaded, or is older than PostgreSQL 14; with what to install
[[nodiscard]] core::Result<void> find_libpq();

}  // namespace grtc::items::postgres
