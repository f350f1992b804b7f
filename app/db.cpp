#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>

#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/errors.hpp"
#include "items/item_copy.hpp"
#include "items/postgres/copy_ends.hpp"
#include "items/sqlite/copy_ends.hpp"
#include "items/sqlite/db_tools.hpp"
#include "ops/settings.hpp"

namespace grtc::app {
namespace {

namespace postgres = items::postgres;
namespace sqlite = items::sqlite;

/// What a subcommand was called with.
struct Call {
  std::string command;  ///< `grtc db backup`
  std::string database;
  std::string file;  ///< `-`: stdin or stdout

  /// @param file_help  empty: it takes no FILE
  /// @return the exit code to end with
  std::optional<int> read(const std::string& purpose, const std::string& file_help, Words words) {
    std::vector<Argument> arguments{{.name = "--database-path",
                                     .help = "the database, when not that of the environment",
                                     .text = &database,
                                     .value_name = "DATABASE_PATH"}};
    if (!file_help.empty()) {
      arguments.push_back({.name = "FILE", .help = file_help, .text = &file, .required = true});
    }
    if (const auto end = read_arguments(command, purpose, arguments, words)) return end;
    if (!database.empty()) return std::nullopt;
    const auto settings = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
    if (!settings) return say_wrong(command, settings.error().sentence);
    database = settings->text("DATABASE_PATH");
    return std::nullopt;
  }
};

int end_with(const Call& call, const core::Result<void>& result) {
  return result ? kDone : say_failed(call.command, result.error().sentence);
}

int backup(Words words) {
  Call call{"grtc db backup", {}, {}};
  const std::string purpose = "Writes a whole copy of the database as it is now; a server may run and write meanwhile.";
  if (const auto end = call.read(purpose, "where to, replaced in one step; - for stdout", words)) return *end;
  if (call.file == "-") return end_with(call, sqlite::backup_to_descriptor(call.database, STDOUT_FILENO));
  return end_with(call, sqlite::backup_to_file(call.database, call.file));
}

int restore(Words words) {
  Call call{"grtc db restore", {}, {}};
  const std::string purpose =
      "Puts a backup in the database's place, in one step, after it has proved whole. Refused while a server has the "
      "database open.";
  if (const auto end = call.read(purpose, "the backup; - for stdin", words)) return *end;
  if (call.file == "-") return end_with(call, sqlite::restore_from_descriptor(call.database, STDIN_FILENO));
  return end_with(call, sqlite::restore_from_file(call.database, call.file));
}

int check(Words words) {
  Call call{"grtc db check", {}, {}};
  const std::string purpose = "Reads every page, row and index entry of the database; a server may run meanwhile.";
  if (const auto end = call.read(purpose, {}, words)) return *end;
  const auto report = sqlite::check(call.database);
  if (!report) return say_failed(call.command, report.error().sentence);
  for (const std::string& fault : report->faults) say_failed(call.command, fault);
  if (!report->faults.empty()) return kFailed;
  std::printf("%s: all is well, %lld items, schema version %lld\n", call.database.c_str(),
              static_cast<long long>(report->items), static_cast<long long>(report->schema_version));
  return kDone;
}

/// What one end of a copy is called: a path, a URI, or the setting that holds either. In the last case no password
/// stands in the list of processes.
core::Result<std::string> resolved(const std::string& end) {
  if (end != "DATABASE_PATH" && end != "DATABASE_URL") return end;
  const auto settings = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
  if (!settings) return settings.error();
  if (settings->has(end)) return settings->text(end);
  return core::Problem{core::Code::bad_request, end + " is not set.", {}, 0};
}

bool is_url(const std::string& end) {
  return end.starts_with("postgresql://") || end.starts_with("postgres://");
}

core::Result<std::int64_t> copy_between(const std::string& from, const std::string& to) {
  const auto from_end = resolved(from);
  if (!from_end) return from_end.error();
  const auto to_end = resolved(to);
  if (!to_end) return to_end.error();
  auto source = is_url(*from_end) ? postgres::copy_source(*from_end) : sqlite::copy_source(*from_end);
  if (!source) return source.error();
  auto target = is_url(*to_end) ? postgres::copy_target(*to_end) : sqlite::copy_target(*to_end);
  if (!target) return target.error();
  return items::copy_items(**source, **target);
}

int copy(Words words) {
  const std::string command = "grtc db copy";
  const std::string purpose =
      "Copies all items, with ids, versions and times, into a store that has none: from SQLite to PostgreSQL, or back. "
      "All or nothing: one that was interrupted is made again. Stop servers that write to FROM first.";
  const std::string end_help = "a file, postgresql://..., or the name of a setting: DATABASE_PATH, DATABASE_URL";
  std::string from;
  std::string to;
  std::vector<Argument> arguments{{.name = "FROM", .help = end_help, .text = &from, .required = true},
                                  {.name = "TO", .help = end_help, .text = &to, .required = true}};
  if (const auto end = read_arguments(command, purpose, arguments, words)) return *end;
  const core::Result<std::int64_t> copied = copy_between(from, to);
  if (!copied) return say_failed(command, copied.error().sentence);
  std::printf("%lld items copied\n", static_cast<long long>(*copied));
  return kDone;
}

constexpr std::array kCommands{
    Command{"backup", backup, "write a whole copy to FILE or, with -, to stdout"},
    Command{"restore", restore, "put the backup of FILE or, with -, of stdin in the database's place"},
    Command{"check", check, "read all of it and say whether it is whole"},
    Command{"copy", copy, "move all items from SQLite to PostgreSQL or back"},
};

}  // namespace

int db(Words words) {
  return run_one_of("grtc db", "Works on the items database (DATABASE_PATH); copy also on PostgreSQL (DATABASE_URL).",
                    kCommands, words);
}

}  // namespace grtc::app
