#include "common/http/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

// A client that says exactly what it is told to.
class Socket {
 public:
  explicit Socket(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Socket& Say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      text.remove_prefix(static_cast<size_t>(sent));
    }
    return *this;
  }
  // Until the text ends with `end`, or the server closes.
  std::string Hear(const std::string& end = "") {
    std::string text;
    char buffer[4096];
    while (end.empty() || !text.ends_with(end)) {
      pollfd ready{fd_, POLLIN, 0};
      if (poll(&ready, 1, 10'000) != 1) return text + " (and then nothing)";
      const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }

 private:
  const int fd_;
};

std::string StatusLine(const std::string& answer) { return answer.substr(0, answer.find('\r')); }
std::string Body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

class HttpServerTest : public testing::Test {
 protected:
  void Serve(HttpServerOptions options = {}) {
    auto server =
        HttpServer::Start(options, [this](HttpRequest request, HttpServer::Respond respond) {
          if (request.segments == std::vector<std::string>{"later"}) {
            return later_.push_back(std::move(respond));
          }
          if (request.segments == std::vector<std::string>{"pieces"}) {
            return respond({.body = "first,", .next_piece = Pieces()});
          }
          std::string said = request.method;
          for (const std::string& segment : request.segments) said += " " + segment;
          respond({.body = said + " " + request.body + ";"});
        });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string Ask(const std::string& text) { return Socket(server_->port()).Say(text).Hear(); }

  // Hands over who takes each piece; `owner_` lives as long as the body does.
  std::function<void(HttpResponse::TakePiece)> Pieces() {
    auto owner = std::make_shared<int>(0);
    owner_ = owner;
    return [this, owner](HttpResponse::TakePiece take) {
      std::lock_guard lock(mutex_);
      takers_.push_back(std::move(take));
      asked_.notify_all();
    };
  }
  HttpResponse::TakePiece Taker(size_t i) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        asked_.wait_for(lock, std::chrono::seconds(60), [&] { return takers_.size() > i; }));
    return takers_.at(i);
  }

  std::mutex mutex_;
  std::condition_variable asked_;
  std::vector<HttpResponse::TakePiece> takers_;
  std::weak_ptr<int> owner_;
  std::vector<HttpServer::Respond> later_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ABodyMayComeInPieces) {
  Serve();
  Socket client(server_->port());
  client.Say("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.Hear("first,");
  EXPECT_EQ(StatusLine(head), "HTTP/1.1 200 OK");
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_NE(head.find("Connection: close"), std::string::npos) << head;
  Taker(0)("second,");
  EXPECT_EQ(client.Hear(","), "second,");
  const std::string large(3 << 20, 'x');
  std::thread teller([&] { Taker(1)(large + ","); });
  EXPECT_EQ(client.Hear(","), large + ",");
  teller.join();
  Taker(2)("");
  EXPECT_EQ(client.Hear(), "");
}

TEST_F(HttpServerTest, APieceIsAskedForWhenTheLastOneIsSent) {
  Serve();
  Socket client(server_->port());
  client.Say("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n").Hear("first,");
  Taker(0)(std::string(64 << 20, 'x'));  // more than any buffer on the way takes
  std::promise<void> later;
  server_->RunAfter(Duration(50), [&] { later.set_value(); });
  later.get_future().wait();
  std::lock_guard lock(mutex_);
  EXPECT_EQ(takers_.size(), 1u);
}

TEST_F(HttpServerTest, ABodyIsGivenUpWhenItsClientGoes) {
  Serve();
  {
    Socket client(server_->port());
    client.Say("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n").Hear("first,");
    Taker(0);
    EXPECT_FALSE(owner_.expired());
  }
  for (int i = 0; i < 6000 && !owner_.expired(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(owner_.expired());
  Taker(0)("too late");
}

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Serve();
  Socket socket(server_->port());
  const std::string answer = socket.Say("GET /a/b HTTP/1.1\r\nHost: x\r\n\r\n").Hear(";");
  EXPECT_EQ(StatusLine(answer), "HTTP/1.1 200 OK");
  EXPECT_EQ(Body(answer), "GET a b ;");
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos) << answer;
  EXPECT_EQ(
      Body(socket.Say("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi").Hear(";")),
      "POST c hi;");
  EXPECT_EQ(Body(socket.Say("PUT /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").Hear()),
            "PUT d ;");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  Serve();
  std::string asked, expected;
  for (int i = 0; i < 50; ++i) {
    asked += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n" +
             (i == 49 ? "Connection: close\r\n" : "") + "\r\n";
  }
  const std::string answers = Ask(asked);
  size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = answers.find("GET " + std::to_string(i) + " ;", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  Serve();
  const std::string answer = Ask("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos) << answer;
  EXPECT_EQ(Body(answer), "");
}

TEST_F(HttpServerTest, BodiesInChunksAreOne) {
  Serve();
  EXPECT_EQ(Body(Ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                     "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
            "POST abcde;");
}

TEST_F(HttpServerTest, ContinuesWhereAsked) {
  Serve();
  Socket socket(server_->port());
  socket.Say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.Hear("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(Body(socket.Say("hi").Hear(";")), "POST hi;");
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequest) {
  Serve();
  for (const char* text : {
           "hello\r\n\r\n",
           "GET / HTTP/9.9\r\n\r\n",
           "GET noslash HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET / HTTP/1.1\r\nbad header\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       }) {
    EXPECT_EQ(StatusLine(Ask(text)), "HTTP/1.1 400 Bad Request") << text;
  }
}

TEST_F(HttpServerTest, RefusesWhatIsTooLarge) {
  Serve({.max_header_bytes = 1000, .max_body_bytes = 1000});
  EXPECT_EQ(StatusLine(Ask("GET / HTTP/1.1\r\nA: " + std::string(2000, 'a') + "\r\n\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(StatusLine(Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" +
                           std::string(1'000'000, 'a'))),
            "HTTP/1.1 413 Payload Too Large");
  // Where nobody said how much it would be.
  EXPECT_EQ(
      StatusLine(Ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                     std::string(0x800, 'a') + "\r\n0\r\n\r\n")),
      "HTTP/1.1 413 Payload Too Large");
  EXPECT_EQ(StatusLine(Ask("GET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
            "HTTP/1.1 200 OK");
}

TEST_F(HttpServerTest, CutsSlowClientsOff) {
  Serve({.read_timeout = Duration(200)});
  Socket silent(server_->port());
  EXPECT_EQ(silent.Hear(), "");
  // One byte after the other does not help.
  Socket slow(server_->port());
  for (int i = 0; i < 8; ++i) {
    slow.Say("G");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(slow.Hear(), "");
  Socket body(server_->port());
  EXPECT_EQ(body.Say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").Hear(), "");
}

TEST_F(HttpServerTest, CutsOffWhoDoesNotRead) {
  auto server = HttpServer::Start({.write_timeout = Duration(200)},
                                  [](HttpRequest, HttpServer::Respond respond) {
                                    respond({.body = std::string(64 << 20, 'a')});
                                  });
  ASSERT_TRUE(server.ok());
  Socket socket((*server)->port());
  socket.Say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_LT(socket.Hear().size(), 64u << 20);
}

TEST_F(HttpServerTest, TurnsAwayTooManyConnections) {
  Serve({.max_connections = 3});
  const std::string ask = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  {
    std::vector<std::unique_ptr<Socket>> sockets;
    for (int i = 0; i < 3; ++i) {
      sockets.push_back(std::make_unique<Socket>(server_->port()));
      EXPECT_EQ(Body(sockets.back()->Say(ask).Hear(";")), "GET ;");
    }
    EXPECT_EQ(StatusLine(Ask(ask)), "HTTP/1.1 503 Service Unavailable");
  }
  for (int i = 0; i < 6000; ++i) {
    const std::string answer = Socket(server_->port()).Say(ask).Hear(";");
    if (StatusLine(answer) == "HTTP/1.1 200 OK") return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "the places of those that left were not given to others";
}

TEST_F(HttpServerTest, AnswersLaterFromAnotherThread) {
  Serve();
  Socket socket(server_->port());
  socket.Say("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  while (Body(Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) != "GET ;" ||
         later_.empty()) {
  }
  std::thread([this] { later_[0]({.status = 202, .body = "done;"}); }).join();
  const std::string answers = socket.Hear("GET b ;");
  EXPECT_EQ(StatusLine(answers), "HTTP/1.1 202 Accepted");
}

TEST_F(HttpServerTest, StopsWithQuestionsOpen) {
  Serve();
  Socket socket(server_->port());
  socket.Say("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  server_.reset();
  EXPECT_EQ(socket.Hear(), "");
  for (auto& respond : later_) respond({.body = "too late"});
}

TEST_F(HttpServerTest, MakesItsErrorsAsItIsTold) {
  Serve({.make_error = [](int status, const std::string& text) {
    return HttpResponse{.status = status, .content_type = "x/y", .body = "<" + text + ">"};
  }});
  const std::string answer = Ask("GET noslash HTTP/1.1\r\n\r\n");
  EXPECT_EQ(Body(answer), "<the URL has no path>");
  EXPECT_NE(answer.find("Content-Type: x/y\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  Serve();
  auto second = HttpServer::Start({.port = server_->port()}, nullptr);
  EXPECT_EQ(second.status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(second.status().message(), "cannot listen on 127.0.0.1:" +
                                           std::to_string(server_->port()) + ": the port is taken");
  auto here = HttpServer::Start({.bind_address = "localhost"}, nullptr);
  EXPECT_TRUE(here.ok()) << here.status();
  auto nowhere = HttpServer::Start({.bind_address = "example.com"}, nullptr);
  EXPECT_EQ(nowhere.status().message(), "'example.com' is no IP address");
  auto half = HttpServer::Start({.certificate_file = "x"}, nullptr);
  EXPECT_EQ(half.status().message(), "TLS needs both, a certificate and its key");
  auto missing =
      HttpServer::Start({.certificate_file = "/no/cert", .key_file = "/no/key"}, nullptr);
  EXPECT_NE(missing.status().message().find("TLS certificate /no/cert: "), std::string::npos);
}

}  // namespace
}  // namespace weir
