#include "common/http/http_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <type_traits>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/logging.h"
#include "common/base/version.h"

namespace weir {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kLinger = std::chrono::seconds(1);
constexpr size_t kMostDrained = 8 << 20;
constexpr auto kAcceptAgainAfter = std::chrono::milliseconds(100);

// The way back from handlers, which may answer when the server has gone.
struct Gate {
  std::mutex mutex;
  asio::io_context* context = nullptr;  // null: gone

  template <class F>
  void Post(F&& work) {
    std::lock_guard lock(mutex);
    if (context != nullptr) asio::post(*context, std::forward<F>(work));
  }
};

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  virtual void Begin() = 0;
  virtual void Close() = 0;
};

// What connections need of their server; all on its thread.
struct Shared {
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::set<std::shared_ptr<AnyConnection>> connections;
};

HttpResponse MakeError(const HttpServerOptions& options, int status, const std::string& text) {
  if (options.make_error) return options.make_error(status, text);
  return {.status = status, .body = text + "\n"};
}

// One connection: a request is read, answered, then the next is read.
template <class Stream>
class Connection : public AnyConnection, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... Arguments>
  Connection(Shared& shared, Arguments&&... arguments)
      : shared_(shared), stream_(std::forward<Arguments>(arguments)...) {}

  void Begin() override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      tcp_layer().expires_after(shared_.options.read_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                error ? self->Close() : self->Read();
                              });
    } else {
      Read();
    }
  }
  void Close() override {
    error_code ignored;
    tcp_layer().socket().shutdown(tcp::socket::shutdown_both, ignored);
    tcp_layer().close();
    next_piece_ = nullptr;
    shared_.connections.erase(this->shared_from_this());
  }
  // In place of a request: the answer, and the end.
  void TurnAway(int status, const std::string& text) {
    close_after_ = true;
    Write(MakeError(shared_.options, status, text));
  }

 private:
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(stream_); }

  void Read() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_.options.max_header_bytes));
    parser_->body_limit(shared_.options.max_body_bytes);
    head_only_ = false;
    tcp_layer().expires_after(shared_.options.read_timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](error_code error, size_t) {
                              error ? self->ReadFailed(error) : self->ReadBody();
                            });
  }
  void ReadBody() {
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
      return http::async_write(stream_, *go_on,
                               [self = this->shared_from_this(), go_on](error_code error, size_t) {
                                 error ? self->Close() : self->ReadRest();
                               });
    }
    ReadRest();
  }
  void ReadRest() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code error, size_t) {
                       error ? self->ReadFailed(error) : self->Handle();
                     });
  }
  void ReadFailed(error_code error) {
    if (error == http::error::body_limit) {
      return TurnAway(413, "the body is larger than " +
                               std::to_string(shared_.options.max_body_bytes) + " bytes");
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return TurnAway(431, "the header is larger than " +
                               std::to_string(shared_.options.max_header_bytes) + " bytes");
    }
    // What the parser does not like; else the client has gone or took too long.
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return TurnAway(400, "this is no HTTP/1.1 request: " + error.message());
    }
    Close();
  }

  void Handle() {
    auto message = parser_->release();
    close_after_ = !message.keep_alive();
    HttpRequest request;
    request.method = std::string(message.method_string());
    head_only_ = message.method() == http::verb::head;
    if (head_only_) request.method = "GET";
    for (const auto& field : message) {
      const std::string_view name(field.name_string().data(), field.name_string().size());
      request.headers.emplace_back(AsciiLower(name), std::string(field.value()));
    }
    const Status parsed =
        ParseTarget(std::string_view(message.target().data(), message.target().size()), &request);
    if (!parsed.ok()) return TurnAway(400, parsed.message());
    request.body = std::move(message.body());
    tcp_layer().expires_never();  // how long an answer takes is the handler's business
    shared_.handler(std::move(request),
                    [gate = shared_.gate, weak = this->weak_from_this()](HttpResponse response) {
                      gate->Post([weak, response = std::move(response)]() mutable {
                        if (auto self = weak.lock()) self->Write(std::move(response));
                      });
                    });
  }

  void Write(HttpResponse response) {
    const bool bodiless = response.status == 204 || response.status == 304;
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(response.status));
    response_.set(http::field::server, "Weir/" + std::string(kWeirVersion));
    if (!bodiless) {
      response_.set(http::field::content_type, response.content_type);
      response_.content_length(response.body.size());
    }
    response_.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) response_.set(name, value);
    if (!head_only_ && !bodiless) response_.body() = std::move(response.body);
    if (response.next_piece) return WritePieces(std::move(response.next_piece));
    response_.keep_alive(!close_after_);
    tcp_layer().expires_after(shared_.options.write_timeout);
    http::async_write(stream_, response_,
                      [self = this->shared_from_this()](error_code error, size_t) {
                        if (error) return self->Close();
                        self->close_after_ ? self->Finish() : self->Read();
                      });
  }

  // The body's end is the connection's: no length is told.
  void WritePieces(std::function<void(HttpResponse::TakePiece)> next_piece) {
    response_.content_length(boost::none);
    response_.keep_alive(false);
    close_after_ = true;
    next_piece_ = std::move(next_piece);
    tcp_layer().expires_after(shared_.options.write_timeout);
    http::async_write(stream_, response_,
                      [self = this->shared_from_this()](error_code error, size_t) {
                        if (error) return self->Close();
                        if (self->head_only_) return self->Finish();
                        self->WatchClient();
                        self->AskForPiece();
                      });
  }
  // It has nothing more to say: what comes is its end.
  void WatchClient() {
    tcp_layer().expires_never();
    stream_.async_read_some(asio::buffer(drain_),
                            [self = this->shared_from_this()](error_code error, size_t) {
                              error ? self->Close() : self->WatchClient();
                            });
  }
  void AskForPiece() {
    tcp_layer().expires_never();
    if (!next_piece_) return;  // closed
    next_piece_([gate = shared_.gate, weak = this->weak_from_this()](std::string piece) {
      gate->Post([weak, piece = std::move(piece)]() mutable {
        if (auto self = weak.lock()) self->WritePiece(std::move(piece));
      });
    });
  }
  void WritePiece(std::string piece) {
    if (piece.empty()) return Close();
    piece_ = std::move(piece);
    tcp_layer().expires_after(shared_.options.write_timeout);
    asio::async_write(stream_, asio::buffer(piece_),
                      [self = this->shared_from_this()](error_code error, size_t) {
                        error ? self->Close() : self->AskForPiece();
                      });
  }

  // The client may still be sending: to close on it would take the answer away from it.
  void Finish() {
    tcp_layer().expires_after(kLinger);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->Close(); });
    } else {
      error_code ignored;
      tcp_layer().socket().shutdown(tcp::socket::shutdown_send, ignored);
      buffer_.clear();
      Drain();
    }
  }
  void Drain() {
    stream_.async_read_some(
        asio::buffer(drain_), [self = this->shared_from_this()](error_code error, size_t bytes) {
          self->drained_ += bytes;
          error || self->drained_ > kMostDrained ? self->Close() : self->Drain();
        });
  }

  Shared& shared_;
  Stream stream_;
  beast::flat_buffer buffer_{64 << 10};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::function<void(HttpResponse::TakePiece)> next_piece_;
  std::string piece_;  // being sent
  bool head_only_ = false;
  bool close_after_ = false;
  char drain_[4096];
  size_t drained_ = 0;
};

class BeastServer : public HttpServer {
 public:
  BeastServer(HttpServerOptions options, Handler handler) : acceptor_(context_) {
    shared_.options = std::move(options);
    shared_.handler = std::move(handler);
    shared_.gate->context = &context_;
  }
  ~BeastServer() override { Stop(); }

  Status Listen() {
    const std::string where =
        shared_.options.bind_address + ":" + std::to_string(shared_.options.port);
    error_code error;
    const std::string& host = shared_.options.bind_address;
    const auto address =
        asio::ip::make_address(host == "localhost" ? std::string("127.0.0.1") : host, error);
    if (error) {
      return InvalidArgumentError("'" + shared_.options.bind_address + "' is no IP address");
    }
    RETURN_IF_ERROR(LoadCertificate());
    const tcp::endpoint endpoint(address, static_cast<uint16_t>(shared_.options.port));
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) {
      return AlreadyExistsError("cannot listen on " + where + ": the port is taken");
    }
    if (error) return UnavailableError("cannot listen on " + where + ": " + error.message());
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return OkStatus();
  }

  int port() const override { return port_; }

  void RunAfter(Duration delay, std::function<void()> work) override {
    shared_.gate->Post([this, delay, work = std::move(work)]() mutable {
      auto timer = std::make_shared<asio::steady_timer>(context_, delay);
      timer->async_wait([timer, work = std::move(work)](error_code stopped) {
        if (!stopped) work();
      });
    });
  }

  void Stop() override {
    {
      std::lock_guard lock(shared_.gate->mutex);
      shared_.gate->context = nullptr;
    }
    context_.stop();
    if (thread_.joinable()) thread_.join();
    shared_.connections.clear();
  }

 private:
  Status LoadCertificate() {
    const HttpServerOptions& options = shared_.options;
    if (options.certificate_file.empty() != options.key_file.empty()) {
      return InvalidArgumentError("TLS needs both, a certificate and its key");
    }
    if (options.certificate_file.empty()) return OkStatus();
    using Tls = asio::ssl::context;
    tls_.emplace(Tls::tls_server);
    tls_->set_options(Tls::default_workarounds | Tls::no_sslv2 | Tls::no_sslv3 | Tls::no_tlsv1 |
                      Tls::no_tlsv1_1 | Tls::single_dh_use);
    error_code error;
    tls_->use_certificate_chain_file(options.certificate_file, error);
    if (error) {
      return InvalidArgumentError("TLS certificate " + options.certificate_file + ": " +
                                  error.message());
    }
    tls_->use_private_key_file(options.key_file, Tls::pem, error);
    if (error) {
      return InvalidArgumentError("TLS key " + options.key_file + ": " + error.message());
    }
    return OkStatus();
  }

  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater(error);
      Welcome(std::move(socket));
      Accept();
    });
  }
  // Out of file descriptors, most likely: others will be given back.
  void AcceptLater(error_code error) {
    LOG(kWarning) << "HTTP: accept: " << error.message();
    timer_.expires_after(kAcceptAgainAfter);
    timer_.async_wait([this](error_code stopped) {
      if (!stopped) Accept();
    });
  }
  void Welcome(tcp::socket socket) {
    const bool full = shared_.connections.size() >= shared_.options.max_connections;
    if (tls_) {
      if (full) return;  // a handshake would cost more than it tells
      auto connection = std::make_shared<Connection<TlsStream>>(shared_, std::move(socket), *tls_);
      shared_.connections.insert(connection);
      return connection->Begin();
    }
    auto connection = std::make_shared<Connection<beast::tcp_stream>>(shared_, std::move(socket));
    shared_.connections.insert(connection);
    if (full) return connection->TurnAway(503, "too many connections, try again");
    connection->Begin();
  }

  Shared shared_;
  asio::io_context context_{1};
  std::optional<asio::ssl::context> tls_;
  tcp::acceptor acceptor_;
  asio::steady_timer timer_{context_};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                        Handler handler) {
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(handler));
  RETURN_IF_ERROR(server->Listen());
  return StatusOr<std::unique_ptr<HttpServer>>(std::move(server));
}

}  // namespace weir
