# `cpack` in a build folder makes grtc_VERSION_ARCH.deb: the program, its systemd unit and /etc/grtc.env.

set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(TARGETS grtc RUNTIME DESTINATION bin)
install(FILES deploy/systemd/grtc.service DESTINATION lib/systemd/system)
install(FILES deploy/systemd/grtc.env DESTINATION /etc)
install(FILES LICENSE DESTINATION share/doc/grtc RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME grtc)
set(CPACK_PACKAGE_CONTACT "gRTC <grtc@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "self-hosted real-time rooms")
set(CPACK_PACKAGE_DESCRIPTION "People open a link, see each other, and chat and share items live.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
# What the program links is asked of the program itself (dpkg-shlibdeps); libpq is loaded only where items are in PostgreSQL.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, libpq5")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/deploy/deb/${script})
endforeach()
include(CPack)
