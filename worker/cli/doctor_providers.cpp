// doctor: whether there is somebody to run each service, and whether providers on the web can be
// reached and have their keys. No key is ever shown, and no call is made.
#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/failed.h"
#include "adapters/fetch/resolve.h"
#include "adapters/fetch/url.h"
#include "worker/cli/doctor.h"
#include "worker/cli/text.h"

namespace worker::cli {

namespace {

bool on_path(std::string const& program) {
    if (program.contains('/')) {
        return ::access(program.c_str(), X_OK) == 0;
    }
    auto const* const path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        auto const folder = rest.substr(0, rest.find(':'));
        if (::access((std::string(folder) + "/" + program).c_str(), X_OK) == 0) {
            return true;
        }
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    }
    return false;
}

void check_command(Checks& checks, std::string const& name, config::Command const& command) {
    auto const there = !command.run.empty() && on_path(command.run.front());
    checks.push_back(
        {"provider", there ? Health::ok : Health::problem,
         fmt::format("{}: {}", name, command.run.empty() ? "no program" : command.run.front()),
         there ? "" : "install the program, or correct providers." + name + ".run"});
}

std::string base_url(config::HttpProvider const& provider) {
    if (auto const set = provider.vars.find("base_url"); set != provider.vars.end()) {
        return set->second;
    }
    auto const& vars = provider.dialect.vars;
    auto const var = std::ranges::find(vars, "base_url", &dialect::Variable::name);
    return var == vars.end() ? "" : var->value.value_or("");
}

// Why its host can't be spoken to; empty where it can, as far as names and rules go.
std::string unreachable(std::string const& address, config::HttpProvider const& provider) {
    auto const url = adapters::fetch::parse_url(address);
    if (!url) {
        return fmt::format("base_url: {}", url.error().message);
    }
    if (!provider.proxy.empty()) {
        return "";  // it is the proxy that looks for it
    }
    constexpr std::chrono::seconds patience{5};
    try {
        auto const found =
            url->address
                ? std::vector{*url->address}
                : adapters::fetch::resolve(url->host, {}, adapters::fetch::Clock::now() + patience);
        for (auto const& one : found) {
            auto const why = adapters::fetch::why_not_public(one);
            if (!why.empty() && !provider.allow_private) {
                return fmt::format("{} is at {}", url->host, why);
            }
        }
    } catch (adapters::fetch::Failed const& failed) {
        return failed.what();
    }
    return "";
}

void check_http(Checks& checks, std::string const& name, config::HttpProvider const& provider) {
    using dialect::AuthKind;
    auto const say = [&](Health health, std::string what, std::string todo) {
        checks.push_back({"provider", health, fmt::format("{}: {}", name, what), std::move(todo)});
    };
    auto const address = base_url(provider);
    auto const why = address.empty() ? std::string{} : unreachable(address, provider);
    if (!why.empty()) {
        say(Health::problem, why,
            fmt::format("correct providers.{}.base_url; `allow_private: true` permits a private "
                        "network",
                        name));
        return;
    }
    if (provider.dialect.auth.kind != AuthKind::none && provider.key.empty()) {
        say(Health::warning, "has no key",
            fmt::format("set providers.{}.key_file, unless its server wants none", name));
        return;
    }
    bool const plain = address.starts_with("http://") && !provider.key.empty();
    say(plain ? Health::warning : Health::ok,
        fmt::format("dialect {}, {}{}", provider.dialect.name,
                    address.empty() ? "its own address" : address,
                    plain ? ": its key goes out unencrypted" : ""),
        plain ? "use https, unless it is this machine" : "");
}

void check_provider(Checks& checks, std::string const& name, config::Provider const& provider) {
    if (auto const* command = std::get_if<config::Command>(&provider.kind)) {
        check_command(checks, name, *command);
    } else if (auto const* http = std::get_if<config::HttpProvider>(&provider.kind)) {
        check_http(checks, name, *http);
    } else {
        checks.push_back({"provider", Health::ok, name + ": simulated, for trying out", ""});
    }
}

}  // namespace

void check_providers(Checks& checks, Context& context) {
    auto const& settings = context.settings();
    for (auto const& [name, provider] : settings.providers) {
        check_provider(checks, name, provider);
    }
    for (auto const& [service, periods] : context.book().services) {
        auto const route = config::steps_of(settings, service).front().provider;
        if (!settings.providers.contains(route)) {
            checks.push_back({"provider", Health::problem,
                              fmt::format("service {} has no provider `{}`", service, route),
                              fmt::format("set services.{}.provider", service)});
        }
    }
}

}  // namespace worker::cli
