#include "worker/http/collector.h"

#include <utility>

namespace worker::http {

Collector::Collector(boost::asio::any_io_executor executor, adapters::Store& store,
                     BlockingPool& pool, jobs::Rules const& rules,
                     std::function<pricing::Book()> book, CollectorOptions options)
    : group_{std::move(executor), pool,
             [&store, &rules, book = std::move(book)](std::vector<jobs::Request> const& requests) {
                 auto const prices = book();
                 std::vector<jobs::Submission> answers;
                 store.transact(jobs::load_for_submit(requests, rules), [&](jobs::Batch& batch) {
                     answers = jobs::submit(batch, requests, prices, rules);
                 });
                 return answers;
             },
             options} {}

}  // namespace worker::http
