// The tables of all keys that settings can have, for reading them and for naming them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "config/value.h"

namespace config {

std::vector<Key<Settings>> const& settings_keys();
std::vector<Key<Settings>> const& redis_keys();
std::vector<Key<Settings>> const& media_keys();
std::vector<Key<Settings>> const& auth_keys();
std::vector<Key<Settings>> const& http_keys();
std::vector<Key<Settings>> const& payment_keys();
std::vector<Key<Settings>> const& seal_keys();
std::vector<Key<Settings>> const& webhook_keys();
std::vector<Key<Settings>> const& result_keys();
std::vector<Key<Settings>> const& hint_keys();
std::vector<Key<Settings>> const& recharge_keys();
std::vector<Key<Service>> const& service_keys();
std::vector<Key<Simulated>> const& simulated_keys();
std::vector<Key<Command>> const& command_keys();
std::vector<Key<HttpProvider>> const& http_provider_keys();

std::vector<Key<Settings>> const& credit_value_keys();

// Common to providers of every kind, whose own keys name it as read already.
void read_limits(Value const& value, ProviderLimits& limits);
void read_call_cost(Value const& value, std::optional<CallCost>& into);
void read_route(Value const& value, Service& service);

void read_services(Value const& value, Settings& settings);
void read_providers(Value const& value, Settings& settings);
HttpProvider read_http_provider(Value const& value);
void read_schedules(Value const& value, Settings& settings);

// What can only be judged once all is read: providers that services name, times that depend on
// each other, the built-in provider. `root` is the whole tree, for the lines.
void finish_settings(Value const& root, Settings& settings);

void check_redis(Value const& root, Settings const& settings);
void check_auth(Value const& root);
void check_http(Value const& root, Settings const& settings);
void check_payments(Value const& root, Settings const& settings);
void check_webhooks(Value const& root, Settings const& settings);
void check_results(Value const& root, Settings const& settings);

// The content of the file that the value names, without the line's end; none after a mistake.
std::optional<std::string> content_of_file(Value const& value);

// Lays TALLYMAN_… variables over the tree, as if they had been written in the file.
void lay_over(Node& tree, Environment const& environment, std::vector<Problem>& problems);

}  // namespace config
