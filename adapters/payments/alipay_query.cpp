// Asking Alipay about an order by our own id of it. Its answers are signed over the bytes of one
// member of a JSON document, so that these are found before anything is read.
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "adapters/payments/alipay.h"
#include "adapters/payments/alipay_call.h"
#include "adapters/payments/members.h"
#include "adapters/payments/text.h"
#include "adapters/plain_json.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

constexpr std::string_view answer_name = "alipay_trade_query_response";

std::unexpected<Refusal> refuse_query(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::alipay, .why = why, .what = std::string{what}}};
}

// What it finds is right in a document that is known to be JSON; in any other it stays inside.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_{text} {}

    // The character that comes next after white space; 0: the end.
    char next() {
        at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    void skip() { ++at_; }

    std::string_view value() {
        next();
        auto const begin = at_;
        int depth = 0;
        while (at_ < text_.size() && (at_ == begin || depth > 0 || !ends_value(text_[at_]))) {
            char const c = text_[at_];
            if (c == '"') {
                skip_string();
            } else {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                ++at_;
            }
        }
        return text_.substr(begin, at_ - begin);
    }

private:
    static bool ends_value(char c) { return std::string_view{",:}] \t\r\n"}.contains(c); }

    void skip_string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

State state_of(std::string_view status, bool was_paid) {
    if (status == "TRADE_SUCCESS" || status == "TRADE_FINISHED") {
        return State::paid;
    }
    if (status == "TRADE_CLOSED") {
        return was_paid ? State::refunded : State::closed;
    }
    return status == "WAIT_BUYER_PAY" ? State::pending : State::other;
}

class AlipayInquirer final : public Inquirer {
public:
    AlipayInquirer(Alipay const& alipay, AlipayAccount account, PrivateKey key)
        : alipay_{alipay}, account_{std::move(account)}, key_{std::move(key)} {}

    [[nodiscard]] Call query(std::string_view order, base::Timestamp now) const override {
        auto const content = json::serialize(
            json::object{{"out_trade_no", json::string_view{order.data(), order.size()}}});
        auto const fields = alipay_fields(
            account_, key_, {.method = "alipay.trade.query", .content = content, .more = {}}, now);
        return {.method = "POST",
                .url = account_.gateway_url,
                .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                            {"Accept", "application/json"},
                            {"User-Agent", "tallyman"}},
                .body = form_of(fields)};
    }

    [[nodiscard]] Verdict read(std::string_view order, RawReply const& reply) const override {
        if (reply.body.size() > most_body) {
            return refuse_query(Why::too_large, "body");
        }
        auto const document = plain_object(reply.body, deepest_json);
        auto const sign = document ? text_of(*document, "sign") : std::nullopt;
        if (!sign) {
            return refuse_query(document ? Why::missing : Why::malformed,
                                document ? "sign" : "body");
        }
        auto const text = raw_member(reply.body, answer_name);
        if (text.empty() || !is_signed_by_alipay(alipay_, text, *sign)) {
            return refuse_query(Why::bad_signature, "sign");
        }
        auto const* const trade = Members::inside(*document, answer_name);
        return trade == nullptr ? refuse_query(Why::malformed, answer_name)
                                : read_trade(order, *trade);
    }

private:
    [[nodiscard]] Verdict read_trade(std::string_view order, json::object const& trade) const {
        if (text_of(trade, "sub_code") == "ACQ.TRADE_NOT_EXIST") {
            return Notice{
                .form = Form::alipay, .state = State::absent, .order = std::string{order}};
        }
        if (text_of(trade, "code") != "10000") {
            return refuse_query(Why::failed, "code");
        }
        Members members{Form::alipay};
        Notice notice{.form = Form::alipay};
        notice.order = members.needed_id(trade, "out_trade_no");
        if (notice.order != order) {
            return refuse_query(Why::wrong_order, "out_trade_no");
        }
        notice.trade = members.needed_id(trade, "trade_no");
        notice.happened_at = Members::plain(trade, "send_pay_date");
        notice.state =
            state_of(members.needed_id(trade, "trade_status"), !notice.happened_at.empty());
        notice.amount = minor_units(text_of(trade, "total_amount").value_or(""));
        if (!notice.amount) {
            members.fail(Why::missing, "total_amount");
        }
        auto const currency = members.id(trade, "trans_currency");
        notice.currency = currency.empty() ? "CNY" : upper(currency);
        // Only orders of the app that asks are found; the answer itself doesn't name it.
        notice.app = account_.app;
        notice.merchant = account_.seller;
        return std::move(members).verdict(std::move(notice));
    }

    Alipay const& alipay_;
    AlipayAccount account_;
    PrivateKey key_;
};

}  // namespace

std::string_view raw_member(std::string_view json, std::string_view name) {
    Scanner scanner{json};
    if (scanner.next() != '{') {
        return {};
    }
    do {
        scanner.skip();
        auto const key = scanner.value();
        if (scanner.next() != ':') {
            return {};
        }
        scanner.skip();
        auto const value = scanner.value();
        if (key.size() == name.size() + 2 && key.substr(1, name.size()) == name) {
            return value;
        }
    } while (scanner.next() == ',');
    return {};
}

std::unique_ptr<Inquirer> make_alipay_inquirer(Alipay const& alipay, AlipayAccount account,
                                               PrivateKey key) {
    return std::make_unique<AlipayInquirer>(alipay, std::move(account), std::move(key));
}

}  // namespace adapters::payments
