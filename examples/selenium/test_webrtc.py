#!/usr/bin/env python3
"""Two browsers meet in a room and talk, driven over WebDriver.

    docker-compose --profile with-clients up -d
    python3 examples/selenium/test_webrtc.py

Needs Selenium's Python library (Debian: python3-selenium). Watch the browsers meanwhile at http://localhost:7900 and
http://localhost:7901 (password: secret). Exit code 0 when all went well.
"""

import argparse
import json
import sys
import time
import urllib.request
from contextlib import ExitStack

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 30
ROOM = "test-room"
HELLO = "Hola desde Cliente A!"
ANSWER = "Hola desde Cliente B!"


def options_for(url):
    """Chrome with a made-up camera and microphone that a page gets without being asked about.

    Browsers hand out media only in a secure context: https, or localhost. Inside the containers the page is
    http://backend:8001, so that one origin is declared to be as good as a secure one.
    """
    options = webdriver.ChromeOptions()
    options.add_argument("--use-fake-device-for-media-stream")
    options.add_argument("--use-fake-ui-for-media-stream")
    options.add_argument(f"--unsafely-treat-insecure-origin-as-secure={url}")
    # Media between the two containers: names ending in .local need multicast, which Docker's networks don't carry.
    options.add_argument("--disable-features=WebRtcHideLocalIpsWithMdns")
    return options


def wait_until_ready(hub):
    """A container that is up takes some more seconds until it can start a browser."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"{hub}/status", timeout=5) as answer:
                if json.load(answer)["value"]["ready"]:
                    return
        except (OSError, ValueError, KeyError):
            pass
        if time.monotonic() > until:
            sys.exit(f"waited {PATIENCE_S} s for {hub}: are the clients up (--profile with-clients)?")
        time.sleep(0.3)


def open_browser(stack, hub, url):
    wait_until_ready(hub)
    driver = webdriver.Remote(command_executor=hub, options=options_for(url))
    stack.callback(driver.quit)
    driver.set_script_timeout(PATIENCE_S)
    driver.get(url)
    return driver


def wait_for(driver, condition, what):
    WebDriverWait(driver, PATIENCE_S).until(condition, f"waited {PATIENCE_S} s for {what}")


def join(driver, room):
    field = driver.find_element(By.ID, "roomId")
    field.clear()
    field.send_keys(room)
    driver.find_element(By.ID, "connectBtn").click()
    wait_for(driver, lambda d: d.find_element(By.ID, "messageInput").is_enabled(), "the message field")


def say(driver, text):
    driver.find_element(By.ID, "messageInput").send_keys(text)
    driver.find_element(By.ID, "sendBtn").click()


def expect(driver, text):
    wait_for(driver, lambda d: text in d.find_element(By.ID, "messages").text, repr(text))


def media_tracks(driver):
    """The kinds of the tracks that the page gets without a prompt: audio and video."""
    return driver.execute_async_script(
        """
        const done = arguments[arguments.length - 1]
        navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then(
          (stream) => {
            const kinds = stream.getTracks().map((track) => track.kind).sort()
            stream.getTracks().forEach((track) => track.stop())
            done(kinds)
          },
          (error) => done([String(error)]))
        """
    )


def step(number, text):
    print(f"{number}. {text}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Two browsers meet in a room and talk.")
    parser.add_argument("--url", default="http://backend:8001", help="the page, as the browsers reach it")
    parser.add_argument("--client-a", default="http://localhost:4444", help="WebDriver of the first browser")
    parser.add_argument("--client-b", default="http://localhost:4445", help="WebDriver of the second one")
    parser.add_argument("--room", default=ROOM)
    args = parser.parse_args()

    with ExitStack() as stack:
        step(1, f"two browsers open {args.url}")
        client_a = open_browser(stack, args.client_a, args.url)
        client_b = open_browser(stack, args.client_b, args.url)
        step(2, "camera and microphone, without a prompt")
        for name, driver in (("A", client_a), ("B", client_b)):
            tracks = media_tracks(driver)
            if tracks != ["audio", "video"]:
                print(f"client {name} has no media: {tracks}", file=sys.stderr)
                return 1
        step(3, f"both join {args.room}")
        join(client_a, args.room)
        join(client_b, args.room)
        step(4, f"A says: {HELLO}")
        say(client_a, HELLO)
        expect(client_b, HELLO)
        step(5, f"B answers: {ANSWER}")
        say(client_b, ANSWER)
        expect(client_a, ANSWER)
    print("all went well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
