// The bodies of Beast (HTTP/1.1) and of Asio (addresses, and the blocking sockets of the commands), compiled once for
// the whole program.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
