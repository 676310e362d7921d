// One client: its requests, one after the other, and their answers. Nothing it waits for is without
// a deadline, but the handler.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "adapters/http/facts.h"
#include "adapters/http/file_part.h"
#include "adapters/http/inbox.h"
#include "adapters/http/message.h"
#include "adapters/http/request_reader.h"
#include "adapters/http/transport.h"
#include "base/time.h"

namespace adapters::http {

class Core;

class Connection {
public:
    // Where there are too many, it is told so and nothing else.
    Connection(Core& core, Socket socket, Certificate* certificate, std::string peer,
               bool too_many);
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    boost::asio::awaitable<void> run();

    // To be called from time to time: ends what takes too long or what nobody waits for any more.
    void look(std::chrono::steady_clock::time_point now);

    void stop();  // ends where it waits for a request, and streams
    void kill();  // ends wherever it is

    boost::asio::cancellation_slot slot() { return cancel_.slot(); }

    [[nodiscard]] bool was_killed() const { return killed_; }

    [[nodiscard]] std::string const& peer() const { return peer_; }

private:
    enum class Doing : std::uint8_t {
        handshake,
        idle,
        head,
        body,
        handling,
        writing,
        streaming,
        leaving
    };
    enum class Got : std::uint8_t { request, refusal, nothing };

    void arm(Doing doing, base::Millis at_most);
    void disarm(Doing doing);

    // connection.cpp
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<Got> read_request();
    boost::asio::awaitable<Got> read_more();
    boost::asio::awaitable<void> refuse(Refusal refusal);
    boost::asio::awaitable<Response> answer(Request request, Facts const& facts);
    boost::asio::awaitable<void> leave();

    // respond.cpp
    boost::asio::awaitable<bool> send(Response response, Facts facts);
    boost::asio::awaitable<bool> send_text(Response& response, Facts const& facts);
    boost::asio::awaitable<bool> send_file(Response& response, Facts const& facts);
    boost::asio::awaitable<bool> send_part(OpenFile const& file, Part part);
    boost::asio::awaitable<bool> write(std::string_view bytes);
    void pack(Response& response, Facts const& facts);

    // stream.cpp
    boost::asio::awaitable<bool> send_stream(Response& response, Facts const& facts);
    boost::asio::awaitable<void> write_pieces(StreamBody& body, bool chunked);
    boost::asio::awaitable<void> watch_client();

    Core& core_;
    Transport transport_;
    std::string peer_;
    RequestReader reader_;
    Inbox inbox_;
    std::string out_;
    boost::asio::cancellation_signal cancel_;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::steady_clock::time_point handling_since_;
    std::uint64_t served_ = 0;
    Doing doing_ = Doing::idle;
    bool too_many_;
    bool timed_out_ = false;
    bool killed_ = false;
    bool lost_ = false;         // the client has gone, or does not read: there is nobody to talk to
    bool abandonable_ = false;  // what is being handled changes nothing
    bool mid_piece_ = false;    // of a stream
    bool all_said_ = false;
};

}  // namespace adapters::http
