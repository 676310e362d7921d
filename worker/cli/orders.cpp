// orders [show|query|review]: lists orders, explains one, asks its platform about it, and resolves
// what waits for a person.
#include <algorithm>

#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/purchase_json.h"
#include "worker/cli/context.h"
#include "worker/cli/order_view.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"
#include "worker/inquiries.h"
#include "worker/platform_sender.h"
#include "worker/reviews.h"

namespace worker::cli {

namespace {

namespace json = boost::json;
using adapters::StoredNotice;

constexpr int most_notices = 1'000;

std::string who() {
    auto const* const name = ::getlogin();
    return name == nullptr ? fmt::format("uid {}", ::getuid()) : name;
}

class Orders final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--user", "USER", user_, "only orders of this user");
        options.text("--status", "STATUS", status_, "only pending, paid, refunded or closed ones");
        options.number("--limit", limit_, 1, 10'000, "how many, newest first (default: 20)");
        options.text("--before", "ID", before_, "only orders older than this one");
        auto& show = options.word("show", word_, "Shows one order and all that was said of it");
        show.required("ID", id_, "the order's id");
        auto& query = options.word("query", word_, "Asks its platform now, and takes its word");
        query.required("ID", id_, "the order's id");
        auto& review = options.word("review", word_,
                                    "Lists the notices that wait for a person, or resolves one");
        review.optional("NUMBER", id_, "the notice's number");
        review.optional("WHAT", decision_, "accept: it counts; dismiss: it counts for nothing");
        review.text("--reason", "TEXT", reason_, "why, for those who come after");
        review.text("--order", "ID", order_, "accept it for this order");
        review.number("--limit", limit_, 1, 10'000, "how many, newest first (default: 20)");
        review.text("--before", "NUMBER", before_, "only notices older than this one");
        review.example("  tallyman orders review 12 accept --reason 'seen on the bank statement'");
        options.example("  tallyman orders --status pending\n  tallyman orders show ID");
    }

    int run(Context& context) override {
        if (word_ == "show") {
            return show(context);
        }
        if (word_ == "query") {
            return query(context);
        }
        if (word_ == "review") {
            return id_.empty() ? list_reviews(context) : resolve(context);
        }
        return list(context);
    }

private:
    static adapters::OrderBook& book(Context& context) {
        return context.store(Opening::existing).orders();
    }

    int list(Context& context) const {
        auto const status = jobs::parse_order_status(status_);
        if (!status_.empty() && !status) {
            throw Stop(usage, fmt::format("--status: expected pending, paid, refunded or closed, "
                                          "got `{}`",
                                          clean(status_)));
        }
        auto const limit = static_cast<int>(limit_);
        auto orders = book(context).list(
            {.user = user_, .status = status, .before = before_, .limit = limit + 1});
        if (context.json()) {
            Context::print(wire::orders_json(orders, limit, wire::whole_order_json));
            return done;
        }
        bool const more = orders.size() > static_cast<std::size_t>(limit);
        orders.resize(std::min(orders.size(), static_cast<std::size_t>(limit)));
        using enum Table::Align;
        Table table({{"ORDER"},
                     {"USER"},
                     {"BUYS"},
                     {"PRICE", right},
                     {"BY"},
                     {"STATUS"},
                     {"OPENED"},
                     {""}});
        for (auto const& order : orders) {
            table.row({order.id, clean(order.user), bought_in_words(order), price_of(order),
                       clean(order.channel), std::string{jobs::to_text(order.status)},
                       local_time(order.created_at), order.review.empty() ? "" : "review"});
        }
        table.print();
        if (more) {
            fmt::print("older ones: --before {}\n", orders.back().id);
        }
        return done;
    }

    int refuse_unknown(Context& context, std::string const& id) const {
        return context.refuse(wire::unknown_order(id), answer_is_no);
    }

    int show(Context& context) const {
        auto const order = book(context).find(id_);
        if (!order) {
            return refuse_unknown(context, id_);
        }
        auto notices = book(context).notices({.order = id_, .limit = most_notices});
        if (context.json()) {
            auto out = wire::whole_order_json(*order);
            json::array list;
            for (auto const& each : notices) {
                list.push_back(wire::notice_json(each));
            }
            out["notices"] = std::move(list);
            Context::print(out);
            return done;
        }
        read_bodies(context, notices);
        auto const wallet = context.store(Opening::existing).find_wallet(order->user);
        print_order(*order, notices, wallet ? &*wallet : nullptr);
        return done;
    }

    // What people wrote, and why there was no answer, is shown; what platforms wrote is not.
    static void read_bodies(Context& context, std::vector<StoredNotice>& notices) {
        for (auto& [number, notice] : notices) {
            if (notice.provider == "operator" || notice.kind == "query: no answer") {
                if (auto whole = book(context).find_notice({notice.provider, notice.id})) {
                    auto const by =
                        whole->notice.headers.substr(0, whole->notice.headers.find('\n'));
                    notice.body = whole->notice.body + (by.empty() ? "" : " (" + by + ")");
                }
            }
        }
    }

    int query(Context& context) const {
        auto const& settings = context.settings();
        auto& store = context.store(Opening::existing);
        auto const payments = make_payments(settings.payments);
        auto const silence = Log::silent();
        auto const asked = ask_now({.store = store,
                                    .payments = *payments,
                                    .send = make_platform_sender([&store] { return store.now(); }),
                                    .rules = settings.rules,
                                    .log = *silence},
                                   id_);
        if (!asked) {
            return store.orders().find(id_) ? refuse_to_ask(context) : refuse_unknown(context, id_);
        }
        if (!asked->trouble.empty()) {
            return context.refuse({.code = "payment_platform_unavailable",
                                   .detail = "its platform did not answer: " + asked->trouble,
                                   .status = 502,
                                   .facts = {{"order_id", id_}}},
                                  answer_is_no);
        }
        return show(context);
    }

    int refuse_to_ask(Context& context) const {
        return context.refuse({.code = "not_askable",
                               .detail = "nobody can be asked about that order: its channel has no "
                                         "keys for questions (docs/payments.md)",
                               .status = 409,
                               .facts = {{"order_id", id_}}},
                              answer_is_no);
    }

    // ---- reviews --------------------------------------------------------------------------------

    int list_reviews(Context& context) const {
        auto const limit = static_cast<int>(limit_);
        auto const before = base::parse_integer(before_);
        if (!before_.empty() && (!before || *before <= 0)) {
            throw Stop(usage, "--before: expected the number of a notice");
        }
        auto notices = book(context).notices({.outcome = jobs::NoticeOutcome::review,
                                              .before = before.value_or(0),
                                              .limit = limit + 1});
        if (context.json()) {
            Context::print(wire::notices_json(notices, limit));
            return done;
        }
        bool const more = notices.size() > static_cast<std::size_t>(limit);
        notices.resize(std::min(notices.size(), static_cast<std::size_t>(limit)));
        using enum Table::Align;
        Table table({{"#", right}, {"TIME"}, {"FROM"}, {"SAYS"}, {"ORDER"}, {"WHY"}});
        for (auto const& [number, notice] : notices) {
            table.row({std::to_string(number), local_time(notice.received_at),
                       clean(notice.provider), std::string{jobs::to_text(notice.state)},
                       clean(notice.order),
                       clean(fmt::format("{}", fmt::join(notice.reasons, ", ")))});
        }
        table.print();
        if (more) {
            fmt::print("older ones: --before {}\n", notices.back().number);
        }
        return done;
    }

    Review wanted() const {
        if (decision_ != "accept" && decision_ != "dismiss") {
            throw Stop(usage, "expected `accept` or `dismiss` after the notice's number");
        }
        if (reason_.empty() || reason_.size() > most_review_reason) {
            throw Stop(usage,
                       "--reason: say why, in at most 1,000 bytes; it is kept with the order");
        }
        return {.number = base::parse_integer(id_).value_or(0),
                .accept = decision_ == "accept",
                .order = order_,
                .by = who(),
                .reason = reason_};
    }

    int resolve(Context& context) const {
        auto const what = wanted();
        auto const resolved =
            review(context.store(Opening::existing), context.settings().rules, what);
        if (!resolved) {
            throw Stop(answer_is_no, fmt::format("no notice {} waits for a person; `tallyman "
                                                 "orders review` lists those that do",
                                                 clean(id_)));
        }
        if (resolved->outcome != jobs::ReviewOutcome::resolved) {
            auto const reasons = fmt::format("{}", fmt::join(resolved->taken.reasons, ", "));
            throw Stop(answer_is_no, resolved->outcome == jobs::ReviewOutcome::stays
                                         ? fmt::format("it can't be accepted: {}", reasons)
                                         : std::string{"somebody else has resolved it meanwhile"});
        }
        if (context.json()) {
            Context::print(wire::reviewed_json(what.number, decision_, resolved->taken));
            return done;
        }
        fmt::print("notice {} is {}: {}\n", clean(id_),
                   decision_ == "accept" ? "accepted" : "dismissed",
                   jobs::to_text(resolved->taken.outcome));
        return done;
    }

    std::string word_;
    std::string id_;
    std::string user_;
    std::string status_;
    std::string decision_;
    std::string reason_;
    std::string order_;
    std::string before_;
    std::int64_t limit_ = 20;
};

}  // namespace

std::unique_ptr<Verb> make_orders() {
    return std::make_unique<Orders>();
}

}  // namespace worker::cli
