// The verbs, one factory each, and the program that picks among them.
#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "worker/cli/verb.h"

namespace worker::cli {

extern std::string_view const version;

int run_command_line(int argc, char const* const* argv);

std::unique_ptr<Verb> make_up();
std::unique_ptr<Verb> make_api();
std::unique_ptr<Verb> make_worker();
std::unique_ptr<Verb> make_scheduler();
std::unique_ptr<Verb> make_migrate();
std::unique_ptr<Verb> make_enqueue();
std::unique_ptr<Verb> make_job();
std::unique_ptr<Verb> make_jobs();
std::unique_ptr<Verb> make_cancel();
std::unique_ptr<Verb> make_retry();
std::unique_ptr<Verb> make_resolve();
std::unique_ptr<Verb> make_margin();
std::unique_ptr<Verb> make_explain();
std::unique_ptr<Verb> make_queues();
std::unique_ptr<Verb> make_account();
std::unique_ptr<Verb> make_accounts();
std::unique_ptr<Verb> make_history();
std::unique_ptr<Verb> make_grant();
std::unique_ptr<Verb> make_consume();
std::unique_ptr<Verb> make_seals();
std::unique_ptr<Verb> make_statement();
std::unique_ptr<Verb> make_expire();
std::unique_ptr<Verb> make_audit();
std::unique_ptr<Verb> make_prices();
std::unique_ptr<Verb> make_providers();
std::unique_ptr<Verb> make_quote();
std::unique_ptr<Verb> make_measure();
std::unique_ptr<Verb> make_keys();
std::unique_ptr<Verb> make_orders();
std::unique_ptr<Verb> make_sync();
std::unique_ptr<Verb> make_webhooks();
std::unique_ptr<Verb> make_demo();
std::unique_ptr<Verb> make_doctor();
std::unique_ptr<Verb> make_top();
std::unique_ptr<Verb> make_bench();
std::unique_ptr<Verb> make_version();

// `verbs` is what it completes; it must outlive the verb.
std::unique_ptr<Verb> make_completion(std::deque<Options> const& verbs);

}  // namespace worker::cli
