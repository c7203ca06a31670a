// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class VhostRequestTest {

  @Test
  void theNumbersAreThoseOfTheSpecification() {
    assertEquals(
        "GET_FEATURES 1, SET_FEATURES 2, SET_OWNER 3, RESET_OWNER 4, SET_MEM_TABLE 5, "
            + "SET_VRING_NUM 8, SET_VRING_ADDR 9, SET_VRING_BASE 10, GET_VRING_BASE 11, "
            + "SET_VRING_KICK 12, SET_VRING_CALL 13, SET_VRING_ERR 14, GET_PROTOCOL_FEATURES 15, "
            + "SET_PROTOCOL_FEATURES 16, GET_QUEUE_NUM 17, SET_VRING_ENABLE 18, "
            + "SET_BACKEND_REQ_FD 21, GET_CONFIG 24, SET_CONFIG 25, GET_INFLIGHT_FD 31, "
            + "SET_INFLIGHT_FD 32, RESET_DEVICE 34, VRING_KICK 35, GET_MAX_MEM_SLOTS 36, "
            + "ADD_MEM_REG 37, REM_MEM_REG 38, SET_STATUS 39, GET_STATUS 40, "
            + "BACKEND_CONFIG_CHANGE_MSG 2, BACKEND_VRING_CALL 4",
        Arrays.stream(VhostRequest.values())
            .map(request -> request + " " + request.number())
            .collect(Collectors.joining(", ")));
  }

  @Test
  void thoseThatGetAnAnswerOfTheirOwnAreTheGets() {
    Set<VhostRequest> gets = EnumSet.noneOf(VhostRequest.class);
    for (VhostRequest request : VhostRequest.values()) {
      if (request.answered()) {
        gets.add(request);
      }
    }
    assertEquals(
        EnumSet.of(
            VhostRequest.GET_FEATURES,
            VhostRequest.GET_VRING_BASE,
            VhostRequest.GET_PROTOCOL_FEATURES,
            VhostRequest.GET_QUEUE_NUM,
            VhostRequest.GET_CONFIG,
            VhostRequest.GET_INFLIGHT_FD,
            VhostRequest.GET_MAX_MEM_SLOTS,
            VhostRequest.GET_STATUS),
        gets);
  }

  @Test
  void theTwoEndsHaveNumbersOfTheirOwn() {
    assertSame(VhostRequest.SET_FEATURES, VhostRequest.find(false, 2));
    assertSame(VhostRequest.BACKEND_CONFIG_CHANGE_MSG, VhostRequest.find(true, 2));
    assertNull(VhostRequest.find(true, 1));
    assertNull(VhostRequest.find(false, 6));
    assertNull(VhostRequest.find(false, -1));
  }
}
