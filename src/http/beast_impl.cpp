// The bodies of Beast, and of the parts of Asio that it stands on, compiled once for the whole program.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
