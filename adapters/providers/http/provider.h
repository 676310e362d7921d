// Any provider on the web that a dialect describes. The port's rules are kept here once for all of
// them: what may have been begun is unknown, what was refused was not taken, and a question that
// fails says nothing of the task.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/provider.h"
#include "adapters/providers/http/lookups.h"
#include "adapters/providers/http/pace.h"
#include "adapters/providers/http/requests.h"
#include "adapters/providers/http/results.h"
#include "adapters/web.h"

namespace adapters::providers::http {

using Asked = std::expected<WebAnswer, WebError>;

// Is told of every request and what came of it; for trials by hand.
using Observe = std::function<void(WebRequest const&, Asked const&)>;

struct HttpOptions {
    Account account;
    Prices prices;
    std::optional<base::Millis> timeout;  // of a submit
    std::optional<base::Millis> connect_timeout;
    std::uint64_t max_size = std::uint64_t{64} << 20;
    OpenInput open_input;  // empty: nothing can be opened
    Observe observe;
    LostAfter lost_after;
};

class Http final : public Provider {
public:
    Http(boost::asio::any_io_executor executor, std::unique_ptr<Web> web, HttpOptions options);
    ~Http() override;

    boost::asio::awaitable<Submitted> submit(Call call) override;
    boost::asio::awaitable<Verdict> poll(Call call, std::string task) override;
    boost::asio::awaitable<void> cancel(Call call, std::string task) override;
    boost::asio::awaitable<Submitted> look_up(Call call) override;

    Doubt in_doubt() const override;
    base::Millis retention() const override;

private:
    struct Reply {
        Heard heard;
        std::string streamed;
        bool cut = false;     // a stream that did not come to its end
        bool failed = false;  // a stream that told of an error
        bool too_large = false;
    };

    using Replied = std::expected<Reply, WebError>;

    boost::asio::awaitable<Replied> ask(dialect::Request const& request, Values const& values,
                                        base::Millis timeout, bool is_submit);
    boost::asio::awaitable<std::expected<Files, NotOpened>> open_files(
        dialect::Request const& request, Values const& values);
    boost::asio::awaitable<std::optional<Verdict>> prepare(Values& values, base::Millis timeout);
    boost::asio::awaitable<Submitted> read_submitted(Values& values, Reply reply);
    boost::asio::awaitable<Submitted> already_taken(Values& values);
    boost::asio::awaitable<Submitted> found_again(Values& values, WebAnswer answer, Sight sight);
    [[nodiscard]] bool has_waited(std::string const& key, base::Millis grace);
    boost::asio::awaitable<Verdict> read_task(Values& values, Reply reply);
    boost::asio::awaitable<Verdict> finish(Values values, Reply reply);
    boost::asio::awaitable<std::expected<void, std::string>> keep_files(Values const& values,
                                                                        Taken const& taken);
    Verdict not_found(std::string const& task, std::string why);
    Verdict unseen(std::string const& task, std::string why, std::optional<base::Millis> wish = {});
    [[nodiscard]] base::Millis submit_timeout(Call const& call) const;

    boost::asio::any_io_executor executor_;
    std::unique_ptr<Web> web_;
    HttpOptions options_;
    Pace pace_;
    std::unordered_map<std::string, Clock::time_point> looked_for_;  // by key: since when
    std::unique_ptr<boost::asio::thread_pool> inputs_;  // which may come slowly; once there are any
    std::unique_ptr<boost::asio::thread_pool> files_;   // writes what was made
};

}  // namespace adapters::providers::http
