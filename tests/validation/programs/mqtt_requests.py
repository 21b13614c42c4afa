"""Requests and answers through an MQTT broker: responder HOST PORT | client HOST PORT N."""
import sys
import threading

import paho.mqtt.client as mqtt

role, host, port, *rest = sys.argv[1:]
client = mqtt.Client()
client.connect(host, int(port))
if role == "responder":
    client.on_message = lambda c, _, message: c.publish("answer", message.payload[::-1])
    client.subscribe("ask")
    client.loop_forever()
else:
    ready, wanted = threading.Event(), int(rest[0])

    def answered(c, _, message):
        done = int(message.payload[::-1].split()[1]) + 1
        if done < wanted:
            c.publish("ask", f"question {done}")
        else:
            c.disconnect()

    client.on_message = answered
    client.on_subscribe = lambda c, *_: c.publish("ask", "question 0")
    client.subscribe("answer")
    client.loop_forever()
