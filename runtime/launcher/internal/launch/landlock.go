package launch

import (
	"github.com/landlock-lsm/go-landlock/landlock"
	abi "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"kars-launcher/internal/report"
)

const (
	readFile = landlock.AccessFSSet(abi.AccessFSExecute | abi.AccessFSReadFile | abi.AccessFSReadDir)
	// No device nodes are made below a writable path.
	writeFile = readFile | landlock.AccessFSSet(abi.AccessFSWriteFile|abi.AccessFSRemoveDir|abi.AccessFSRemoveFile|
		abi.AccessFSMakeDir|abi.AccessFSMakeReg|abi.AccessFSMakeSock|abi.AccessFSMakeFifo|abi.AccessFSMakeSym|
		abi.AccessFSTruncate|abi.AccessFSRefer)
	writeDevice = landlock.AccessFSSet(abi.AccessFSReadFile | abi.AccessFSWriteFile | abi.AccessFSIoctlDev)
)

// Devices that ordinary programs write to.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx"}

// Features in the order of the ABI versions that brought them, from the first.
var features = []string{"files", "refer", "truncate", "tcp-ports", "device-ioctl", "scopes"}

// restrictAccess applies what the kernel has, and says what it lacks.
func restrictAccess(rules Landlock) error {
	// A kernel without Landlock has no version, and an error.
	version, _ := abi.LandlockGetABIVersion()
	version = max(version, 0)
	if version < rules.MinAbi {
		if rules.Required {
			return report.Failf("KARS_LANDLOCK_MISSING", "got Landlock ABI %d, allowed %d or more; run the sandbox on a newer kernel with Landlock on, or ask for isolation standard", version, rules.MinAbi)
		}
		report.Warn("launch", "landlock-missing", map[string]any{"abi": version, "wanted": rules.MinAbi})
	}
	if missing := features[min(version, len(features)):]; len(missing) > 0 {
		report.Warn("launch", "landlock-incomplete", map[string]any{"abi": version, "missing": missing})
	}
	if err := configOf(rules).BestEffort().Restrict(accessOf(rules)...); err != nil {
		return report.Failf("KARS_LANDLOCK_FAILED", "cannot restrict files: %v", err)
	}
	return nil
}

func configOf(rules Landlock) landlock.Config {
	config := landlock.V6
	config.HandledAccessNet = 0
	if rules.ConnectPorts != nil {
		config.HandledAccessNet |= landlock.AccessNetSet(abi.AccessNetConnectTCP)
	}
	if rules.BindPorts != nil {
		config.HandledAccessNet |= landlock.AccessNetSet(abi.AccessNetBindTCP)
	}
	return config
}

func accessOf(rules Landlock) []landlock.Rule {
	access := []landlock.Rule{
		landlock.PathAccess(readFile, rules.Readable...),
		landlock.PathAccess(writeFile, rules.Writable...).IgnoreIfMissing(),
		landlock.PathAccess(writeDevice, devices...).IgnoreIfMissing(),
		landlock.PathAccess(writeDevice|landlock.AccessFSSet(abi.AccessFSReadDir), "/dev/pts").IgnoreIfMissing(),
	}
	for _, port := range rules.ConnectPorts {
		access = append(access, landlock.ConnectTCP(port))
	}
	for _, port := range rules.BindPorts {
		access = append(access, landlock.BindTCP(port))
	}
	return access
}
