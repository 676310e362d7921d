// A client that sends exactly the bytes it is told to, and reads what comes back.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace test_http {

struct Reply {
    int status = 0;                              // 0: nothing (whole) came
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;                            // put together from its chunks

    [[nodiscard]] std::string header(std::string const& name) const {
        auto const found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0);
    explicit Client(std::string const& unix_path);
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    // False: the other side has closed.
    bool send(std::string_view bytes);

    // "GET target" with what else is given, lines with their ends.
    bool get(std::string_view target, std::string_view more = "");

    // The next answer; with `head` it has no body. Status 0 where none came in time.
    Reply read(bool head = false);

    // Until at least so many bytes came that were not read as an answer, or the time is over.
    std::string read_bytes(std::size_t at_least, int within_ms = 10'000);

    // Whether the other side closes in time; what comes before that is thrown away.
    bool closes(int within_ms = 10'000);

    void half_close();
    void reset();  // gone in the hardest way

private:
    bool fill(std::chrono::steady_clock::time_point until);
    bool fill_to(std::size_t size);
    bool read_line(std::string& line);
    bool take(std::size_t size, std::string& into);
    void read_body(Reply& reply);

    int fd_ = -1;
    bool ended_ = false;
    std::string in_;
};

}  // namespace test_http
