#include <array>
#include <cstdio>
#include <string>
#include <unistd.h>

#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/errors.hpp"
#include "items/sqlite/db_tools.hpp"
#include "ops/settings.hpp"

namespace grtc::app {
namespace {

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

constexpr std::array kCommands{
    Command{"backup", backup, "write a whole copy to FILE or, with -, to stdout"},
    Command{"restore", restore, "put the backup of FILE or, with -, of stdin in the database's place"},
    Command{"check", check, "read all of it and say whether it is whole"},
};

}  // namespace

int db(Words words) {
  return run_one_of("grtc db", "Works on the items database (DATABASE_PATH).", kCommands, words);
}

}  // namespace grtc::app
