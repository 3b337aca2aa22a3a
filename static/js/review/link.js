// The page behind the link in an approver's mail.
import { startNetworks } from "./networks.js";

startNetworks();
