package guard

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"kars-launcher/internal/report"
)

// A refusal within the pod comes at once; whatever needs longer has left it.
const refusalTimeout = time.Second

// Try makes every probe at once and fails when one is not refused.
func Try(probes []Probe) error {
	outcomes := make([]error, len(probes))
	var group sync.WaitGroup
	for index, probe := range probes {
		group.Go(func() { outcomes[index] = try(probe) })
	}
	group.Wait()
	return errors.Join(outcomes...)
}

func try(probe Probe) error {
	target := net.JoinHostPort(probe.Address, strconv.Itoa(probe.Port))
	refused, how := attempt(probe.Protocol, target)
	if refused {
		return nil
	}
	return report.Failf("KARS_GUARD_PROBE", "got %s for %s to %s, allowed only a refusal within the pod", how, probe.Protocol, target)
}

func attempt(protocol, target string) (refused bool, how string) {
	connection, err := net.DialTimeout(protocol, target, refusalTimeout)
	if err != nil {
		return !isTimeout(err), err.Error()
	}
	defer connection.Close()
	if protocol == "tcp" {
		return false, "a connection"
	}
	if _, err := connection.Write([]byte{0}); err != nil {
		return true, err.Error()
	}
	if err := connection.SetReadDeadline(time.Now().Add(refusalTimeout)); err != nil {
		return false, err.Error()
	}
	_, err = connection.Read(make([]byte, 1))
	if err == nil {
		return false, "an answer"
	}
	return !isTimeout(err), err.Error()
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) || os.IsTimeout(err) }
