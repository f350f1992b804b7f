#include "app/arguments.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/errors.hpp"

namespace grtc::app {
namespace {

constexpr std::size_t kHelpColumn = 34;

void add(CLI::App& app, const Argument& argument) {
  if (argument.is_given != nullptr) {
    app.add_flag(argument.name, *argument.is_given, argument.help);
    return;
  }
  CLI::Option* option = app.add_option(argument.name, *argument.text, argument.help);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->required(argument.required);
  option->type_name(argument.name.starts_with("--") ? argument.value_name : "");
  if (!argument.shown_default.empty()) option->default_str(argument.shown_default);
}

}  // namespace

std::optional<int> read_arguments(const std::string& command, const std::string& purpose,
                                  const std::vector<Argument>& arguments, Words words) {
  CLI::App app(purpose, command);
  app.allow_extras();  // CLI11 would list them all, in an order of its own
  app.get_formatter()->column_width(kHelpColumn);
  for (const Argument& argument : arguments) add(app, argument);
  std::vector<std::string> reversed(words.begin(), words.end());
  std::reverse(reversed.begin(), reversed.end());  // CLI11 takes them from the back
  const std::string hint = "; `" + command + " --help` lists what there is";
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return kDone;
  } catch (const CLI::ParseError& error) {
    return say_wrong(command, std::string(error.what()) + hint);
  }
  const std::vector<std::string> unknown = app.remaining();
  if (unknown.empty()) return std::nullopt;
  const std::string& first = unknown.front();
  return say_wrong(command,
                   first + (first.starts_with("-") ? ": there is no such flag" : ": not expected here") + hint);
}

}  // namespace grtc::app
