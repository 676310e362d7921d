// The port to payment platforms: what their notices say once they are proven, what they are
// answered, how they are asked about an order and how one is paid. No socket here: requests come as
// raw bytes and go as plain values. Nothing of what is refused is shown in a message, and no key
// ever is.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace adapters::payments {

// Whose notice it is and in which of its forms, which decides how it is answered.
enum class Form : std::uint8_t { wechat_v3, wechat_v2, alipay, stripe };

// "wechat", "alipay" or "stripe": one payment has one trade id there, in whatever form it is told.
std::string_view provider_of(Form form);

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in any case

// As it came over the wire, before anybody has read it.
struct RawRequest {
    Headers headers;
    std::string_view body;  // the bytes that were sent; must outlive the call
    base::Timestamp now;
};

enum class State : std::uint8_t {
    paid,
    refunded,    // all or part of it: see `returned`
    closed,      // never paid, and won't be
    pending,     // not yet paid
    chargeback,  // the payer's bank takes it back
    absent,      // the platform knows no such order; only as the answer to a question
    other,       // genuine, and nothing that concerns an order: what it names may be missing
};

// What a platform has said. Texts are printable ASCII of at most 255 bytes; empty: it didn't say.
struct Notice {
    Form form = Form::wechat_v3;
    std::string id;    // the same when the notice comes again; unique within the provider
    std::string kind;  // what the platform calls it: "TRANSACTION.SUCCESS"
    State state = State::other;
    std::string order;   // our order id; Stripe's disputes name the trade only
    std::string trade;   // the platform's id of the payment, the same in all its notices
    std::string refund;  // its id of the refund or dispute
    std::optional<std::int64_t> amount;  // of the order, in minor units (fen, cents)
    std::int64_t returned = 0;           // refunded or disputed, in minor units
    bool returned_in_all = false;  // `returned` is all that was ever refunded, and not this refund
    std::string currency;          // upper case: "CNY"
    std::string merchant;
    std::string sub_merchant;  // where a partner sells for others
    std::string app;
    std::string sub_app;
    std::string happened_at;  // as the platform writes times; for people
    std::string sent_at;
    bool live = true;    // false: no real money
    bool proven = true;  // false: it was not signed, so ask the platform before money moves
};

enum class Why : std::uint8_t {
    too_large,
    malformed,
    missing,      // a header or field is not there
    ambiguous,    // a header or field is there twice, or could be read in two ways
    unsupported,  // an algorithm, charset or form that is not configured
    stale,        // its time is too far from ours, either way
    probe,        // WeChat's trial of whether forged signatures are refused; raise no alarm
    unknown_key,  // signed with a key that we don't have: `key` names it, get a new set
    bad_signature,
    undecryptable,
    failed,       // the platform says that it failed
    wrong_order,  // the answer to another question
};

// Stable, for programs: "bad_signature".
std::string_view to_text(Why why);
std::string_view to_text(State state);

struct Refusal {
    Form form = Form::wechat_v3;
    Why why = Why::malformed;
    std::string what;  // which header or field, in our words; never what was sent
    std::string key;   // of unknown_key: the serial, letters and digits only
};

// "bad_signature: Wechatpay-Signature"
std::string to_text(Refusal const& refusal);

using Verdict = std::expected<Notice, Refusal>;

// Understands what comes to one callback address. Safe from any thread.
class Receiver {
public:
    Receiver() = default;
    Receiver(Receiver const&) = delete;
    Receiver& operator=(Receiver const&) = delete;
    virtual ~Receiver() = default;

    // Whether it is genuine and what it says. That it says what we expect is for check(), that it
    // was not seen before is for whoever stores notices by provider and id.
    [[nodiscard]] virtual Verdict verify(RawRequest const& request) const = 0;
};

enum class Reply : std::uint8_t {
    ok,       // it is stored; never send it again
    refused,  // it is not believed
    later,    // we can't store it now: send it again
};

struct Answer {
    int status = 200;
    std::string type;  // Content-Type
    std::string body;
};

// Exactly as the platform wants it.
Answer answer(Form form, Reply reply);

struct Expected {
    std::string merchant;
    std::string sub_merchant;
    std::string app;
    std::string sub_app;
    std::int64_t amount = 0;  // minor units
    std::string currency;     // upper case
    bool live = true;         // false: notices without real money are taken, too
};

enum class Doubt : std::uint8_t {
    wrong_amount,
    wrong_currency,
    wrong_merchant,
    wrong_app,
    not_live,
    unproven,
};

std::string_view to_text(Doubt doubt);

// Why a person has to look at it before money moves; empty: it is what we expect. A notice that
// says `paid` must say everything; others may leave out what their platform leaves out.
std::vector<Doubt> check(Notice const& notice, Expected const& expected);

// A request to a platform, signed and complete but for Host and Content-Length.
struct Call {
    std::string method;
    std::string url;
    Headers headers;
    std::string body;
};

struct RawReply {
    int status = 0;
    Headers headers;
    std::string body;
    base::Timestamp now;
};

// Asks a platform what became of an order. Safe from any thread.
class Inquirer {
public:
    Inquirer() = default;
    Inquirer(Inquirer const&) = delete;
    Inquirer& operator=(Inquirer const&) = delete;
    virtual ~Inquirer() = default;

    [[nodiscard]] virtual Call query(std::string_view order, base::Timestamp now) const = 0;

    // The answer to query(order), proven like a notice. Its id is empty.
    [[nodiscard]] virtual Verdict read(std::string_view order, RawReply const& reply) const = 0;
};

// What somebody is asked to pay.
struct Bill {
    std::string order;        // our id of it: at most 32 letters, digits, '_' and '-'
    std::int64_t amount = 0;  // in minor units, more than zero
    std::string currency = "CNY";
    std::string subject;  // for the payer, UTF-8
    base::Timestamp expires_at;
    std::string notify_url;  // where the platform says that it was paid
    std::string return_url;  // where a browser goes afterwards; empty: wherever the platform likes
};

// What the payer's front end makes of it.
struct Payable {
    enum class Kind : std::uint8_t { qr_code, redirect };

    Kind kind = Kind::qr_code;
    std::string url;  // to be shown as a QR code, or to be opened

    friend bool operator==(Payable const&, Payable const&) = default;
};

// Has orders paid. Safe from any thread. The same bill again, while it is unpaid, is answered with
// something that pays it as well; nobody pays twice for one order id.
class Cashier {
public:
    Cashier() = default;
    Cashier(Cashier const&) = delete;
    Cashier& operator=(Cashier const&) = delete;
    virtual ~Cashier() = default;

    // How it is paid, or the call whose answer `read` understands.
    [[nodiscard]] virtual std::variant<Payable, Call> charge(Bill const& bill,
                                                             base::Timestamp now) const = 0;

    // The answer to charge(bill), proven like a notice.
    [[nodiscard]] virtual std::expected<Payable, Refusal> read(RawReply const& reply) const = 0;
};

// Sends a call and brings the answer, or says in one line why there is none. Blocks, with a
// deadline and a limit of its own for the size of the answer.
using Send = std::function<std::expected<RawReply, std::string>(Call const&)>;

}  // namespace adapters::payments
